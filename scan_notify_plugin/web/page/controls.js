// The small pieces that views are made of: badges, buttons, fields, tables, pages.

import {el, newId} from './dom.js';
import {t, word} from './i18n.js';
import {report} from './notices.js';

const TONES = {
  finished: 'good', success: 'good', done: 'good', ready: 'good', accepted: 'good', active: 'good', on: 'good', usable: 'good',
  error: 'bad', broken: 'bad', unusable: 'bad', dead: 'bad', missing: 'bad', deleted: 'bad',
  uncertain: 'warn', blocked: 'warn', held: 'warn', expired: 'warn', stop: 'warn', overdue: 'warn', unqueued: 'warn',
  revoked: 'bad', used_up: 'warn', unconfigured: 'still', 'link.expired': 'still', 'attempt.failed': 'bad', cooling: 'warn', throttled: 'warn', busy: 'warn', unknown: 'warn', unreachable: 'warn',
  quota: 'bad', content: 'bad', too_long: 'bad', vanished: 'warn', 'attempt.config': 'bad', 'attempt.gone': 'bad', stopped: 'warn', 'from.admin': 'busy',
  running: 'busy', test: 'busy', repeat: 'warn', withheld: 'warn', pending: 'busy', making: 'busy', posting: 'busy',
  new: 'bad', back: 'bad', changed: 'warn', gone: 'good', first_look: 'busy', unstable: 'warn', critical: 'bad', high: 'bad', medium: 'warn', low: 'busy',
};

/** A state as a coloured word; the colour says nothing that the word does not. */
export function badge(group, name, text) {
  return el('span', {class: 'badge ' + (TONES[group + '.' + name] || TONES[name] || 'still')}, text || word(group, name));
}

/**
 * A button that does something and says what came of it. `key` finds it again after the view was drawn anew.
 * A conflict, too, loads the view again: what it showed is out of date.
 */
export function action(label, key, run, again, look) {
  let busy = false; // not "disabled": a dialog gives the focus back to the button that opened it
  return el('button', {
    type: 'button', class: look, 'data-key': key,
    onclick: async () => {
      if (busy) return;
      busy = true;
      try {
        if (await run() !== false) await again();
      } catch (error) {
        report(error);
        if (error.conflict) await again();
      } finally {
        busy = false;
      }
    },
  }, label);
}

/** A labelled field; `hint` is read with it. */
export function field(label, input, hint) {
  input.id = input.id || newId();
  const note = hint ? el('small', {id: newId(), class: 'hint'}, hint) : null;
  if (note) input.setAttribute('aria-describedby', note.id);
  return el('div', {class: 'field'}, el('label', {for: input.id}, label), input, note);
}

/** options: [value, text] pairs. */
export function select(name, options, value) {
  return el('select', {name}, options.map(([key, text]) =>
    el('option', {value: key, selected: String(key) === String(value === undefined || value === null ? '' : value)}, text)));
}

/** Several of a list, as check boxes in a fieldset. */
export function choices(name, legend, options, chosen, hint) {
  return el('fieldset', {class: 'field'}, el('legend', {}, legend),
    hint ? el('small', {class: 'hint'}, hint) : null,
    el('div', {class: 'choices'}, options.map(([value, text]) =>
      el('label', {class: 'choice'}, el('input', {type: 'checkbox', name, value, checked: chosen.includes(value)}), el('span', {}, text)))));
}

/** columns: [heading, cell(row), class]; on narrow screens every row is a card with the headings inside. */
export function table(caption, columns, rows, empty) {
  if (!rows.length) return el('p', {class: 'empty'}, empty || t('nothing'));
  return el('div', {class: 'table-box', role: 'region', 'aria-label': caption},
    el('table', {role: 'table'}, el('caption', {class: 'unseen'}, caption),
      el('thead', {role: 'rowgroup'}, el('tr', {role: 'row'}, columns.map(([heading, , look]) =>
        el('th', {scope: 'col', role: 'columnheader', class: look}, heading)))),
      el('tbody', {role: 'rowgroup'}, rows.map((row) => el('tr', {role: 'row'}, columns.map(([heading, cell, look]) =>
        el('td', {role: 'cell', class: look, 'data-label': typeof heading === 'string' ? heading : ''}, el('div', {class: 'cell'}, cell(row)))))))));
}

/** Where one is in a long list. `to(page)` gives the address of another page of it. */
export function pager(page, size, total, to) {
  const pages = Math.max(1, Math.ceil(total / size));
  if (pages === 1) return null;
  const step = (target, text, key) => (target < 1 || target > pages
    ? el('span', {class: 'button off', 'aria-hidden': 'true'}, text)
    : el('a', {class: 'button', href: to(target), 'data-key': key}, text));
  return el('nav', {class: 'pager', 'aria-label': t('pages')},
    step(page - 1, t('page.before'), 'page-before'), el('span', {}, t('page.of', {page, pages, total})),
    step(page + 1, t('page.after'), 'page-after'));
}

/** Names with their values. */
export function facts(pairs) {
  return el('dl', {class: 'facts'}, pairs.filter(Boolean).map(([name, value]) =>
    el('div', {}, el('dt', {}, name), el('dd', {}, value === '' || value === null || value === undefined ? '–' : value))));
}

/** A block with a heading; `more` stands beside it. */
export function panel(heading, more, ...children) {
  const id = newId();
  return el('section', {class: 'panel', 'aria-labelledby': id},
    el('div', {class: 'panel-head'}, el('h2', {id}, heading), more || null), children);
}
