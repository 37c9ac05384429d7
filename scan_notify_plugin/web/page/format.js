// Times, sizes and numbers as people read them.

import {el} from './dom.js';
import {has, locale, t, word} from './i18n.js';

function formatted(date, options) {
  return new Intl.DateTimeFormat(locale(), options).format(date);
}

/** An ISO time as <time> in the reader's own zone. */
export function time(iso) {
  if (!iso) return el('span', {class: 'faint'}, '–');
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return String(iso);
  const same = date.getFullYear() === new Date().getFullYear();
  const options = {month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false};
  return el('time', {datetime: iso, title: formatted(date, {dateStyle: 'full', timeStyle: 'long'})},
    formatted(date, same ? options : {...options, year: 'numeric'}));
}

/** The same as a text. */
export function stamp(iso) {
  const made = time(iso);
  return made.textContent === undefined ? made : made.textContent;
}

/** '3 min ago', of a time the server said, by the server's clock. */
export function ago(iso, now) {
  const seconds = Math.round((new Date(now || Date.now()) - new Date(iso)) / 1000);
  const words = new Intl.RelativeTimeFormat(locale(), {numeric: 'auto'});
  for (const [unit, size] of [['day', 86400], ['hour', 3600], ['minute', 60]]) {
    if (Math.abs(seconds) >= size) return words.format(-Math.trunc(seconds / size), unit);
  }
  return words.format(-seconds, 'second');
}

/** A day of the overview, short. */
export function day(iso) {
  return formatted(new Date(String(iso).slice(0, 10) + 'T12:00:00'), {month: 'numeric', day: 'numeric'});
}

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return '–';
  const whole = Math.round(seconds);
  if (whole < 60) return t('unit.seconds', {n: whole});
  if (whole < 3600) return t('unit.minutes', {n: Math.floor(whole / 60), s: whole % 60});
  return t('unit.hours', {n: Math.floor(whole / 3600), m: Math.floor((whole % 3600) / 60)});
}

export function size(bytes) {
  if (typeof bytes !== 'number') return '–';
  const units = ['B', 'KB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) { value /= 1000; unit += 1; }
  return number(unit ? Math.round(value * 10) / 10 : value) + ' ' + units[unit];
}

export function number(value) {
  return typeof value === 'number' ? new Intl.NumberFormat(locale()).format(value) : String(value);
}

/** What a setting is called: its name in the document, as the server says it, where we have no word. */
export function settingName(name) {
  const own = ['key.' + name, 'setting.' + String(name).toUpperCase()].find(has);
  return own ? t(own) : String(name);
}

/** A value of a setting, with our words for those that have some. */
export function settingValue(value) {
  if (value === true || value === false) return t(value ? 'on' : 'off');
  return typeof value === 'string' && has('option.' + value) ? word('option', value) : plain(value);
}

/** {name: value} in one line. */
export function changes(values) {
  return Object.entries(values || {}).map(([name, value]) =>
    settingName(name) + ' = ' + (value === null ? t('taken-back') : settingValue(value))).join(', ');
}

/** Any value of a setting, in one line. */
export function plain(value) {
  if (value === null || value === undefined || value === '') return '–';
  if (value === true) return t('yes');
  if (value === false) return t('no');
  if (Array.isArray(value)) return value.length ? value.map(plain).join(', ') : '–';
  if (typeof value === 'number') return number(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
