// Questions, as <dialog>: the browser keeps the focus inside, Escape closes, and the focus goes back to who asked.

import {el, newId} from './dom.js';
import {t} from './i18n.js';
import {report} from './notices.js';

/**
 * Ask. Resolves true when `submit(values)` has succeeded, false when the person thought better of it.
 * What the server says against the input is shown in the dialog, with the input still there; a conflict closes it.
 */
export function ask({title, body, confirm, danger, submit, wide}) {
  return new Promise((resolve) => {
    const heading = newId();
    const problem = el('p', {class: 'problem', role: 'alert', hidden: true});
    const yes = el('button', {type: 'submit', class: danger ? 'danger' : 'primary'}, confirm);
    const no = el('button', {type: 'button', onclick: () => dialog.close()}, t('cancel'));
    const form = el('form', {method: 'dialog'},
      el('h2', {id: heading}, title), el('div', {class: 'dialog-body'}, body || []), problem,
      el('div', {class: 'buttons end'}, no, yes));
    const dialog = el('dialog', {'aria-labelledby': heading, class: wide ? 'wide' : null}, form);
    let done = false;
    let busy = false;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      try {
        await submit(new FormData(form));
        done = true;
        dialog.close();
      } catch (error) {
        if (error.notLoggedIn || error.conflict) {
          done = true;
          dialog.close();
          report(error);
        } else {
          problem.hidden = false;
          problem.textContent = error.code === 0 ? t('error.unreachable') : error.message;
        }
      } finally {
        busy = false;
      }
    });
    dialog.addEventListener('close', () => { dialog.remove(); resolve(done); });
    document.body.append(dialog);
    dialog.showModal();
    // What cannot be undone is not one Enter away.
    if (danger) no.focus();
  });
}

/** A dialog that only shows something. */
export function show(title, body) {
  return new Promise((resolve) => {
    const heading = newId();
    const dialog = el('dialog', {'aria-labelledby': heading},
      el('h2', {id: heading}, title), el('div', {class: 'dialog-body'}, body),
      el('div', {class: 'buttons end'}, el('button', {type: 'button', class: 'primary', onclick: () => dialog.close()}, t('close'))));
    dialog.addEventListener('close', () => { dialog.remove(); resolve(); });
    document.body.append(dialog);
    dialog.showModal();
  });
}
