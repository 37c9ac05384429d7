// What is installed, and its switches.

import {get, post, quoted} from './api.js';
import {action, badge, facts} from './controls.js';
import {ask} from './dialog.js';
import {el, newId} from './dom.js';
import {plain, time} from './format.js';
import {faults, t} from './i18n.js';
import {good} from './notices.js';

export const plugins = {
  load: async () => ({items: (await get('plugins')).items}),

  poll: () => 10,

  draw({items}, {again}, heading) {
    return [
      el('div', {class: 'view-head'}, heading),
      el('p', {class: 'lead'}, t('plugins.words')),
      items.length ? el('div', {class: 'cards'}, items.map((one) => card(one, again))) : el('p', {class: 'panel empty'}, t('plugins.none')),
    ];
  },
};

function card(one, again) {
  const id = newId();
  const switchable = one.state === 'active' || one.state === 'off';
  return el('section', {class: 'panel', 'aria-labelledby': id},
    el('div', {class: 'panel-head'}, el('h2', {id}, one.name), badge('plugin', one.state),
      switchable ? toggle(one, id, again) : null),
    one.faults.length ? el('p', {class: 'problem'}, faults(one.faults)) : null,
    facts([
      [t('version'), one.version],
      one.channel ? [t('plugin.channel'), one.channel] : null,
      one.format ? [t('plugin.format'), one.format] : null,
      [t('plugin.hooks'), plain(one.hooks)],
      one.state === 'off' && one.off_by ? [t('plugin.off-by'), el('span', {}, one.off_by, ' ', time(one.off_at))] : null,
    ]));
}

function toggle(one, label, again) {
  const on = one.state === 'active';
  const button = action('', 'switch-' + one.name, async () => {
    if (on) {
      return ask({
        title: t('plugin.off.ask', {name: one.name}), body: el('p', {}, t('plugin.off.words')), confirm: t('plugin.switch-off'), danger: true,
        submit: () => change(one, false),
      });
    }
    return change(one, true);
  }, again, 'switch');
  button.setAttribute('role', 'switch');
  button.setAttribute('aria-checked', String(on));
  button.setAttribute('aria-labelledby', label);
  return button;
}

async function change(one, on) {
  await post('plugins/' + quoted(one.name), {on});
  good(t(on ? 'plugin.on.done' : 'plugin.off.done', {name: one.name}));
}
