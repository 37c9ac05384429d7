// Where to log in. The token that is typed here is kept for this tab only.

import {el} from './dom.js';
import {field} from './controls.js';
import {t} from './i18n.js';

export function login(wrong, use) {
  const input = el('input', {type: 'password', name: 'token', autocomplete: 'off', required: true, spellcheck: 'false'});
  const form = el('form', {
    class: 'stack', onsubmit: (event) => { event.preventDefault(); use(input.value.trim()); },
  }, field(t('login.token'), input, t('login.token.hint')), el('div', {class: 'buttons'}, el('button', {type: 'submit'}, t('login.use'))));
  return el('div', {class: 'panel login'},
    el('h1', {tabindex: '-1'}, t('login.title')),
    wrong ? el('p', {class: 'problem', role: 'alert'}, t('login.wrong')) : null,
    el('p', {}, t('login.words')),
    el('p', {}, el('a', {class: 'button primary', href: '/login'}, t('login.go'))),
    el('hr', {}), form);
}
