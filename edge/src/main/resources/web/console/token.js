// Asks for the operators' token, once for all requests that need it.
import { $ } from './shared/dom.js';

let asking = null;

/** @returns {Promise<string>} the token */
export function askToken(why) {
  asking ??= new Promise(resolve => {
    $('token-words').textContent = why + ' It is a line of the file in --admin-tokens, and is forgotten when this tab is closed.';
    const dialog = $('token');
    dialog.addEventListener('close', () => {
      const text = $('token-text').value.trim();
      $('token-text').value = '';
      asking = null;
      resolve(text);
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}

// Without a token there is nothing behind the dialog.
$('token').addEventListener('cancel', event => event.preventDefault());
