// Which schedules are told, where, when, and with which report; for one, several or all of them.

import {get, post, quoted} from './api.js';
import {action, badge, choices, field, select, table} from './controls.js';
import {ask} from './dialog.js';
import {el} from './dom.js';
import {plain, settingValue} from './format.js';
import {t, word} from './i18n.js';
import {good} from './notices.js';

export const schedules = {
  async load() {
    const [found, targets, plugins] = await Promise.all([get('schedules'), get('targets'), get('plugins')]);
    const formats = plugins.items.filter((one) => one.format).map((one) => one.format);
    return {items: found.items, targets: targets.items.map((one) => one.name), formats: formats.length ? formats : ['excel', 'csv']};
  },

  draw(data, {again}, heading) {
    const chosen = new Set();
    const many = (ids, key, label) => action(label, key, () => edit(data, null, ids()), again);
    const some = many(() => [...chosen], 'edit-chosen', t('schedules.edit-chosen', {n: 0}));
    some.disabled = true;
    const pick = (id, on) => {
      if (on) chosen.add(id); else chosen.delete(id);
      some.disabled = !chosen.size;
      some.textContent = t('schedules.edit-chosen', {n: chosen.size});
    };
    const boxes = new Map();
    const all = el('input', {type: 'checkbox', 'aria-label': t('schedules.all'), onchange: () => {
      for (const [id, box] of boxes) { box.checked = all.checked; pick(id, all.checked); }
    }});
    const columns = [
      [all, (one) => {
        const box = el('input', {type: 'checkbox', 'aria-label': t('schedules.choose', {name: one.name}), onchange: () => pick(one.id, box.checked)});
        boxes.set(one.id, box);
        return box;
      }, 'tick'],
      [t('schedule'), (one) => [el('a', {class: 'strong', href: '#/schedule/' + quoted(one.id)}, one.name),
        el('div', {class: 'faint small'}, word('type', one.type), ' · ', word('schedule-status', one.status))], 'main'],
      [t('key.notify_enable'), (one) => [badge('state', one.effective.notify_enable ? 'on' : 'off'), from(one, 'notify_enable')]],
      [t('key.notify_channel'), (one) => [plain(one.effective.notify_channel), from(one, 'notify_channel')]],
      [t('key.notify_on'), (one) => [word('notify_on', one.effective.notify_on), from(one, 'notify_on')]],
      [t('key.export_enable'), (one) => [badge('state', one.effective.export_enable ? 'on' : 'off'), from(one, 'export_enable')]],
      [t('key.export_format'), (one) => [plain(one.effective.export_format), from(one, 'export_format')]],
      [el('span', {class: 'unseen'}, t('actions')), (one) => action(t('edit'), 'edit-' + one.id, () => edit(data, one), again), 'acts'],
    ];
    return [
      el('div', {class: 'view-head'}, heading, el('div', {class: 'buttons'}, some,
        data.items.length ? many(() => 'all', 'edit-all', t('schedules.edit-all')) : null)),
      el('p', {class: 'lead'}, t('schedules.words')),
      el('div', {class: 'panel'}, table(t('menu.schedules'), columns, data.items, t('schedules.none'))),
    ];
  },
};

/** Where a value comes from. */
function from(one, key) {
  const source = (one.from || {})[key];
  return el('div', {class: 'faint small'}, word('from', source));
}

/** One schedule: every setting, empty means "not set here". Several: only what is touched is changed. */
function edit(data, one, ids) {
  const own = one ? one.own || {} : {};
  const held = (key) => (own[key] === undefined || own[key] === null ? '' : own[key]);
  const rest = one ? ['', t('schedules.inherit')] : ['', t('schedules.keep')];
  const back = one ? [] : [['inherit', t('schedules.inherit')]];
  const onOff = [rest, ['true', t('on')], ['false', t('off')]].concat(back);
  const times = ['finished', 'failed', 'always'].map((name) => [name, word('notify_on', name)]);
  const hint = (key) => (one ? t('schedules.now', {value: settingValue(one.effective[key]), from: word('from', (one.from || {})[key])}) : null);
  const list = (key, legend, names) => {
    const chosen = [].concat(held(key) || []);
    const mode = select(key + '-mode', [rest, ['set', t('schedules.these')]].concat(back), chosen.length ? 'set' : '');
    const boxes = choices(key, t('schedules.these'), [...new Set(names.concat(chosen))].map((name) => [name, name]), chosen);
    const follow = () => { boxes.hidden = mode.value !== 'set'; };
    mode.addEventListener('change', follow);
    follow();
    return [field(legend, mode, hint(key)), boxes];
  };
  let title = one ? t('schedules.edit', {name: one.name}) : t('schedules.edit-chosen', {n: ids.length});
  if (ids === 'all') title = t('schedules.edit-all');
  return ask({
    title, confirm: t('save'), wide: true,
    body: [
      field(t('key.notify_enable'), select('notify_enable', onOff, String(held('notify_enable'))), hint('notify_enable')),
      list('notify_channel', t('key.notify_channel'), data.targets),
      field(t('key.notify_on'), select('notify_on', [rest, ...times, ...back], held('notify_on')), hint('notify_on')),
      field(t('key.export_enable'), select('export_enable', onOff, String(held('export_enable'))), hint('export_enable')),
      list('export_format', t('key.export_format'), data.formats),
    ],
    submit: async (form) => {
      const values = read(form, one && own);
      if (!Object.keys(values).length) { good(t('settings.same')); return; }
      if (one) await post('schedules/' + quoted(one.id), {values, rev: one.rev});
      else await post('schedules', {ids, values});
      good(t('saved'));
    },
  });
}

/** `own` of one schedule; null for several. */
function read(form, own) {
  const values = {};
  const put = (key, text, value) => {
    if (text === 'inherit' || (text === '' && own && key in own)) values[key] = null;
    else if (text !== '' && !(own && JSON.stringify(own[key]) === JSON.stringify(value))) values[key] = value;
  };
  for (const key of ['notify_enable', 'export_enable']) put(key, form.get(key), form.get(key) === 'true');
  put('notify_on', form.get('notify_on'), form.get('notify_on'));
  for (const key of ['notify_channel', 'export_format']) put(key, form.get(key + '-mode'), form.getAll(key));
  return values;
}
