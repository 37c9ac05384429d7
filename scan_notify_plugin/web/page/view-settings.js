// The settings that may change while everything runs. What is secret is in the host's file and never here.

import {get, post} from './api.js';
import {badge, facts, field, panel, select} from './controls.js';
import {el} from './dom.js';
import {settingValue} from './format.js';
import {has, t, word} from './i18n.js';
import {good, report} from './notices.js';

export const settings = {
  load: () => get('settings'),

  draw(data, {again}, heading) {
    const changeable = data.items.filter((one) => one.changeable);
    const fixed = data.items.filter((one) => !one.changeable);
    const problem = el('p', {class: 'problem', role: 'alert', hidden: true});
    const form = el('form', {class: 'settings', onsubmit: async (event) => {
      event.preventDefault();
      const values = changed(changeable, new FormData(form));
      problem.hidden = true;
      if (!Object.keys(values).length) { good(t('settings.same')); return; }
      try {
        await post('settings', {values, rev: data.rev});
        good(t('saved'));
        await again();
      } catch (error) {
        if (error.notLoggedIn || error.conflict) { report(error); if (error.conflict) await again(); return; }
        problem.hidden = false;
        problem.textContent = error.code === 0 ? t('error.unreachable') : error.message;
      }
    }}, changeable.map(row), problem, el('div', {class: 'buttons stay'}, el('button', {type: 'submit', class: 'primary', 'data-key': 'save'}, t('save'))));
    return [
      el('div', {class: 'view-head'}, heading),
      el('p', {class: 'lead'}, t('settings.words')),
      changeable.length ? el('div', {class: 'panel'}, form) : null,
      fixed.length ? panel(t('settings.fixed'), null, facts(fixed.map((one) => [label(one), settingValue(one.value)]))) : null,
    ];
  },
};

function label(one) {
  const key = 'setting.' + one.name;
  return has(key) ? t(key) : one.name;
}

function row(one) {
  const help = el('span', {}, el('code', {}, one.name), ' · ', one.expected, ' · ', one.help);
  return el('div', {class: 'setting'}, field(label(one), input(one), help),
    badge('from', one.from, word('from', one.from)));
}

function input(one) {
  const text = shownAs(one.value);
  if (typeof one.value === 'boolean') return select(one.name, [['true', t('yes')], ['false', t('no')], ['', t('settings.back')]], text);
  if (one.choices.includes(text)) return select(one.name, one.choices.map((name) => [name, word('option', name)]).concat([['', t('settings.back')]]), text);
  const numeric = typeof one.value === 'number';
  return el('input', {name: one.name, value: text, type: numeric ? 'number' : 'text', step: numeric ? 'any' : null, autocomplete: 'off'});
}

function shownAs(value) {
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** Only what a person touched; an emptied field goes back to the configuration. */
function changed(items, form) {
  const values = {};
  for (const one of items) {
    const text = form.get(one.name);
    if (text === shownAs(one.value)) continue;
    if (text === '') values[one.name] = null;
    else if (typeof one.value === 'number') values[one.name] = Number(text);
    else if (typeof one.value === 'boolean') values[one.name] = text === 'true';
    else if (Array.isArray(one.value)) values[one.name] = text.split(',').map((item) => item.trim()).filter(Boolean);
    else values[one.name] = text;
  }
  return values;
}
