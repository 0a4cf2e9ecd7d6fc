// The menus of quality, audio and latency: native selects, each shown only if there is something to choose.
import { $, element } from './dom.js';

const KINDS = ['quality', 'audio', 'latency'];

export class Menus {
  #player;

  /** @param {Player} player */
  constructor(player) {
    this.#player = player;
    for (const kind of KINDS) $(kind).addEventListener('change', () => player.choose(kind, $(kind).value));
    player.onChoices = () => this.#show();
  }

  #show() {
    const choices = this.#player.choices();
    for (const kind of KINDS) {
      const { options, chosen } = choices?.[kind] ?? { options: [], chosen: '' };
      // "Auto" is no choice where there is one quality.
      $(kind).parentElement.hidden = options.length < (kind === 'quality' ? 3 : 2);
      this.#fill($(kind), options);
      $(kind).value = chosen;
    }
  }

  /** Changes texts in place: an open menu stays open. */
  #fill(select, options) {
    while (select.options.length > options.length) select.options[options.length].remove();
    options.forEach(({ id, text }, i) => {
      const option = select.options[i] ?? select.appendChild(element('option', ''));
      if (option.value !== id) option.value = id;
      if (option.text !== text) option.text = text;
    });
  }
}
