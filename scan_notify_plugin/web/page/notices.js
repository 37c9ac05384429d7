// What came of an action, said once at the edge of the page and to screen readers.

import {el} from './dom.js';
import {changes, stamp} from './format.js';
import {t} from './i18n.js';

let onLoggedOut = () => {};

/** Who is told that the host asks for a login. */
export function whenLoggedOut(callback) {
  onLoggedOut = callback;
}

function put(kind, text, seconds) {
  const notice = el('div', {class: 'notice ' + kind}, el('span', {}, text),
    el('button', {type: 'button', class: 'quiet', 'aria-label': t('dismiss'), onclick: () => notice.remove()}, '×'));
  document.getElementById('notices').append(notice);
  if (seconds) setTimeout(() => notice.remove(), seconds * 1000);
}

export function good(text) {
  put('good', text, 8);
}

/** An error of the api, in the server's own words where it says no more. It stays until it is dismissed. */
export function report(error) {
  if (error.notLoggedIn) { onLoggedOut(error); return; }
  if (error.code === undefined) console.error(error);
  let text = error.message;
  if (error.code === 0) text = t('error.unreachable');
  if (error.conflict) {
    const {by, at, values} = error.data;
    text = by ? t('error.changed', {by, at: stamp(at), values: changes(values)}) : t('error.conflict', {said: error.message});
  }
  put('bad', text, 0);
}
