// The frame: which view the address names, its drawing, polling, the login, the language.

import {ApiError, get, typedToken, useToken} from './api.js';
import {el, fill, plain} from './dom.js';
import {choose, current, locale, t} from './i18n.js';
import {good, report, whenLoggedOut} from './notices.js';
import {login} from './view-login.js';
import {audit} from './view-audit.js';
import {changes} from './view-changes.js';
import {dashboard} from './view-dashboard.js';
import {plugins} from './view-plugins.js';
import {reports} from './view-reports.js';
import {run} from './view-run.js';
import {runs} from './view-runs.js';
import {schedule} from './view-schedule.js';
import {schedules} from './view-schedules.js';
import {settings} from './view-settings.js';
import {targets} from './view-targets.js';

// A view: {title(data, context), load(context) -> data, draw(data, context) -> nodes, poll(data) -> seconds or 0}.
const VIEWS = {dashboard, runs, run, changes, schedules, schedule, targets, plugins, reports, settings, audit};
const MENU = ['dashboard', 'runs', 'schedules', 'targets', 'plugins', 'reports', 'settings', 'audit'];
const UNDER = {run: 'runs', changes: 'runs', schedule: 'schedules'};

const main = document.getElementById('main');
const side = document.getElementById('side');
const menu = document.getElementById('menu');

let shown = null; // {name, view, context, data}
let turn = 0;
let timer = 0;
let touched = false; // somebody has begun to fill in something

/** #/run/<id>?tab=x */
function place() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const [name, ...rest] = path.split('/');
  const known = Object.prototype.hasOwnProperty.call(VIEWS, name) ? name : 'dashboard';
  let argument = rest.join('/');
  try { argument = decodeURIComponent(argument); } catch (error) { /* as it is */ }
  return {name: known, argument, query: new URLSearchParams(query || '')};
}

/** Draw what the address names. `moved`: somebody went there, so the focus goes to its heading. */
async function show(moved) {
  clearTimeout(timer);
  turn += 1;
  const own = turn;
  const {name, argument, query} = place();
  const view = VIEWS[name];
  const again = () => show(false);
  const context = {argument, query, again};
  if (moved) {
    frame(name);
    fill(main, el('h1', {tabindex: '-1'}, t('menu.' + (UNDER[name] || name))), el('p', {class: 'empty', role: 'status'}, t('loading')));
    main.querySelector('h1').focus({preventScroll: true});
    window.scrollTo(0, 0);
  }
  main.setAttribute('aria-busy', 'true');
  try {
    const data = await view.load(context);
    if (own !== turn) return;
    draw({name, view, context, data}, moved);
  } catch (error) {
    if (own !== turn) return;
    failed(error, again);
  } finally {
    if (own === turn) main.removeAttribute('aria-busy');
  }
}

function draw(next, moved) {
  const {view, context, data} = next;
  const before = shown && !moved ? state() : null;
  const title = view.title ? view.title(data, context) : t('menu.' + next.name);
  document.title = plain(title) + ' · scan-notify';
  fill(main, view.draw(data, context, el('h1', {tabindex: '-1'}, title)));
  shown = next;
  touched = false;
  if (before) restore(before);
  else main.querySelector('h1').focus({preventScroll: true});
  scrollers();
  poll();
}

/** What a person opened and where the focus is, by the data-key of the elements. */
function state() {
  const active = document.activeElement;
  return {
    open: [...main.querySelectorAll('details[data-key][open]')].map((one) => one.dataset.key),
    inside: main.contains(active), key: active && active.dataset ? active.dataset.key : '', scroll: window.scrollY,
  };
}

function restore(before) {
  const keyed = (key) => [...main.querySelectorAll('[data-key]')].find((one) => one.dataset.key === key);
  for (const key of before.open) {
    const details = keyed(key);
    if (details) details.open = true;
  }
  if (before.inside) (keyed(before.key) || main.querySelector('h1')).focus({preventScroll: true});
  window.scrollTo(0, before.scroll);
}

/** Look again after a while, without disturbing anybody who is typing or being asked something. */
function poll() {
  clearTimeout(timer);
  const now = shown;
  const seconds = now.view.poll ? now.view.poll(now.data) : 0;
  if (!seconds) return;
  timer = setTimeout(async () => {
    const typing = main.contains(document.activeElement) && document.activeElement.matches('input, select, textarea');
    if (document.hidden || typing || touched || document.querySelector('dialog[open]')) { poll(); return; }
    const own = turn;
    try {
      const data = await now.view.load(now.context);
      if (own !== turn) return;
      if (same(data, now.data)) { shown = {...now, data}; poll(); } else draw({...now, data}, false);
    } catch (error) {
      if (own !== turn) return;
      if (error.notLoggedIn) report(error); else poll();
    }
  }, seconds * 1000);
}

function same(one, other) {
  const text = (data) => JSON.stringify(data, (key, value) => (key === 'now' ? undefined : value));
  return text(one) === text(other);
}

function failed(error, again) {
  shown = null;
  if (error.notLoggedIn) { ask(); return; }
  if (!(error instanceof ApiError)) console.error(error);
  const {name} = place();
  document.title = t('error.title') + ' · scan-notify';
  fill(main, el('h1', {tabindex: '-1'}, t('menu.' + (UNDER[name] || name))),
    el('div', {class: 'panel', role: 'alert'}, el('p', {class: 'problem'}, error.code === 0 ? t('error.unreachable') : error.message),
      el('button', {type: 'button', onclick: again}, t('retry'))));
  main.querySelector('h1').focus({preventScroll: true});
}

/** Nobody is logged in: nothing of what was shown stays. */
function ask(error) {
  clearTimeout(timer);
  turn += 1;
  shown = null;
  const wrong = typedToken();
  useToken(null);
  document.querySelectorAll('dialog').forEach((dialog) => dialog.close());
  document.getElementById('who').textContent = '';
  document.getElementById('log-out').hidden = true;
  document.title = t('login.title') + ' · scan-notify';
  document.body.classList.add('logged-out');
  fill(main, login(wrong || (error && error.typed), (value) => { useToken(value); start(); }));
  main.querySelector('h1').focus({preventScroll: true});
}

/** What stands around the view, in the language of now. */
function frame(name) {
  document.documentElement.lang = locale();
  document.getElementById('skip').textContent = t('skip');
  document.getElementById('brand-name').textContent = t('brand');
  menu.setAttribute('aria-label', t('menu'));
  menu.textContent = '☰';
  side.setAttribute('aria-label', t('menu'));
  side.classList.remove('open');
  menu.setAttribute('aria-expanded', 'false');
  const other = document.getElementById('language');
  other.textContent = current() === 'en' ? '中文' : 'English';
  other.lang = current() === 'en' ? 'zh-CN' : 'en';
  document.getElementById('log-out').textContent = t('login.forget');
  document.getElementById('log-out').hidden = !typedToken();
  fill(side, el('ul', {}, MENU.map((one) => el('li', {}, el('a', {
    href: '#/' + one, class: 'icon-' + one, 'aria-current': one === (UNDER[name] || name) ? 'page' : null,
  }, t('menu.' + one))))));
}

/** What scrolls inside its own box can be reached with the keyboard; what does not is no stop on the way. */
function scrollers() {
  for (const box of main.querySelectorAll('.table-box, .timeline')) {
    if (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1) box.tabIndex = 0;
    else box.removeAttribute('tabindex');
  }
}

async function start() {
  frame(place().name);
  try {
    const me = await get('me');
    document.getElementById('who').textContent = (me && me.name) || '';
  } catch (error) {
    if (error.notLoggedIn) { ask(); return; }
  }
  document.body.classList.remove('logged-out');
  show(true);
}

document.getElementById('skip').addEventListener('click', (event) => {
  event.preventDefault(); // the address says which view is shown
  main.focus();
});
main.addEventListener('input', () => { touched = true; });
menu.addEventListener('click', () => {
  const open = side.classList.toggle('open');
  menu.setAttribute('aria-expanded', String(open));
  if (open) side.querySelector('a').focus();
});
side.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || !side.classList.contains('open')) return;
  side.classList.remove('open');
  menu.setAttribute('aria-expanded', 'false');
  menu.focus();
});
document.getElementById('language').addEventListener('click', () => {
  choose(current() === 'en' ? 'zh' : 'en');
  fill(document.getElementById('notices'));
  start();
});
document.getElementById('log-out').addEventListener('click', () => { useToken(null); ask(); good(t('login.forgotten')); });
window.addEventListener('hashchange', () => show(true));
window.addEventListener('resize', scrollers);
document.addEventListener('visibilitychange', () => { if (!document.hidden && shown) poll(); });
whenLoggedOut(ask);
start();
