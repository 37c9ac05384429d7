// The kept report files and their links.

import {download, get, post, quoted, remove} from './api.js';
import {action, badge, field, pager, table} from './controls.js';
import {ask, show} from './dialog.js';
import {el} from './dom.js';
import {number, size, time} from './format.js';
import {t} from './i18n.js';
import {good} from './notices.js';

const SIZE = 20;

/** `whose`: with a column for the run. */
export function reportColumns(again, whose) {
  return [
    [t('report.name'), (one) => [el('span', {class: 'strong'}, one.name), el('div', {class: 'faint small'}, one.format, ' · ', size(one.size))], 'main'],
    whose ? [t('run'), (one) => el('a', {href: '#/run/' + quoted(one.run_id), 'aria-label': t('report.run') + ' ' + one.run_id}, t('report.run')), 'once'] : null,
    [t('state'), (one) => badge('report', one.state)],
    [t('report.made'), (one) => time(one.created_at)],
    [t('report.link-until'), linked],
    [t('report.downloads'), (one) => number(one.downloads || 0) + (one.limit ? ' / ' + number(one.limit) : ''), 'num'],
    [el('span', {class: 'unseen'}, t('actions')), (one) => acts(one, again), 'acts'],
  ].filter(Boolean);
}

/** Until when the newest link works; what ended it before that. */
function linked(one) {
  const ended = one.link_state && one.link_state !== 'valid';
  return [ended ? badge('link', one.link_state) : null, one.link_state === 'revoked' ? null : time(one.link_until)];
}

function acts(one, again) {
  if (one.state !== 'ready') return '–';
  const path = 'report/' + quoted(one.id);
  return el('div', {class: 'buttons tight'},
    action(t('report.download'), 'download-' + one.id, async () => { await download(path + '/file', one.name); }, again, 'primary-line'),
    action(t('report.link'), 'link-' + one.id, () => newLink(one, path), again),
    one.link_state === 'revoked' ? null : action(t('report.revoke'), 'revoke-' + one.id, () => ask({
      title: t('report.revoke.ask'), body: [el('p', {}, t('report.revoke.words', {name: one.name})), el('p', {class: 'hint'}, t('report.revoke.later'))], confirm: t('report.revoke'), danger: true,
      submit: async () => { await post(path + '/revoke'); good(t('report.revoke.done')); },
    }), again),
    action(t('report.delete'), 'delete-' + one.id, () => ask({
      title: t('report.delete.ask'), body: el('p', {}, t('report.delete.words', {name: one.name})), confirm: t('report.delete'), danger: true,
      submit: async () => { await remove(path); good(t('report.delete.done')); },
    }), again, 'danger-line'));
}

async function newLink(one, path) {
  let url = '';
  const made = await ask({
    title: t('report.link.title'), confirm: t('report.link.make'),
    body: [el('p', {}, t('report.link.words', {name: one.name})),
      field(t('report.link.hours'), el('input', {type: 'number', name: 'hours', min: '0.01', max: '8760', step: 'any'}), t('report.link.hours.hint'))],
    submit: async (values) => {
      const hours = values.get('hours');
      url = (await post(path + '/link', hours ? {hours: Number(hours)} : {})).url;
      url = new URL(url, location.origin).href; // only a path where BASE_URL is not configured
    },
  });
  if (!made) return false;
  const input = el('input', {type: 'text', readonly: true, value: url, onfocus: () => input.select()});
  const copy = el('button', {type: 'button', onclick: async () => {
    input.select();
    try { await navigator.clipboard.writeText(url); } catch (error) { document.execCommand('copy'); } // no clipboard without https
    copy.textContent = t('copied');
  }}, t('copy'));
  await show(t('report.link.ready'), [field(t('report.link.url'), input, t('report.link.old')), el('div', {class: 'buttons'}, copy)]);
  return true;
}

export const reports = {
  async load({query}) {
    const page = Math.max(1, Number(query.get('page')) || 1);
    return {page, found: await get('reports', {page, size: SIZE, run_id: query.get('run_id') || ''})};
  },

  poll: () => 20,

  draw({page, found}, {again}, heading) {
    return [
      el('div', {class: 'view-head'}, heading),
      el('p', {class: 'lead'}, t('reports.words')),
      el('div', {class: 'panel'}, table(t('menu.reports'), reportColumns(again, true), found.items, t('reports.none')),
        pager(page, SIZE, found.total, (target) => '#/reports?page=' + target)),
    ];
  },
};
