// Small things that every part of the page uses.

export const $ = id => document.getElementById(id);

export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

export function button(className, text, onClick) {
  const made = element('button', className, text);
  made.type = 'button';
  made.addEventListener('click', onClick);
  return made;
}

/** Replaces the children of a list only if they changed, so that focus and selections stay. */
export function fill(parent, children) {
  const same = parent.children.length === children.length
    && children.every((child, i) => child.isEqualNode(parent.children[i]));
  if (!same) parent.replaceChildren(...children);
}

/** Sets a text only if it changed: a screen reader announces every write to a live region. */
export function say(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** A line of a name, a text and a button that copies the text. */
export function copyLine([name, text]) {
  const copy = button('copy', 'Copy', async () => {
    await writeClipboard(text);
    copy.textContent = 'Copied';
    setTimeout(() => { copy.textContent = 'Copy'; }, 1200);
  });
  copy.setAttribute('aria-label', 'Copy: ' + name);
  const code = element('code', '', text);
  code.tabIndex = 0; // it scrolls
  return element('li', '', element('span', 'soft', name), code, copy);
}

async function writeClipboard(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Browsers have the clipboard API only with https and on localhost.
  const area = element('textarea', '', text);
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
