// Asks before something is disconnected.
import { $ } from './shared/dom.js';

/**
 * @param {string} title a question
 * @param {string} words what it means for whom
 * @returns {Promise<boolean>} whether the operator confirms
 */
export function confirmKick(title, words) {
  $('kick-title').textContent = title;
  $('kick-words').textContent = words;
  const dialog = $('kick');
  dialog.returnValue = 'cancel'; // also of Escape
  dialog.showModal();
  return new Promise(resolve => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }));
}
