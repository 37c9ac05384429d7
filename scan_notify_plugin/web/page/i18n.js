// The language of the page: Chinese unless somebody chose English here, which is remembered.

import {WORDS} from './words.js';

const KEY = 'scan_notify_language';

let language = localStorage.getItem(KEY) === 'en' ? 'en' : 'zh';

export function current() {
  return language;
}

/** The tag for <html lang> and for dates and numbers. */
export function locale() {
  return language === 'en' ? 'en-GB' : 'zh-CN';
}

export function choose(wanted) {
  language = wanted;
  localStorage.setItem(KEY, wanted);
}

export function has(key) {
  return Object.prototype.hasOwnProperty.call(WORDS, key);
}

/** The words for a key, with {name} filled in. */
export function t(key, values) {
  const pair = has(key) ? WORDS[key] : [key, key];
  const text = pair[language === 'en' ? 1 : 0];
  return text.replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? String(values[name]) : whole));
}

/** What the server says in pieces: in our words those that we know, the others in its own. */
export function phrased(phrases, otherwise) {
  if (!phrases || !phrases.length || language === 'en') return otherwise || (phrases || []).map((one) => one.words).join('; ');
  return phrases.map(({code, values, words}) => (code && has('phrase.' + code) ? t('phrase.' + code, named(values)) : words)).join('；');
}

/** The names of states in values, as words. */
function named(values) {
  const state = (name) => (has('task.' + name) ? t('task.' + name) : name);
  return {...values, now: state(values.now), was: state(values.was)};
}

/** The words for a state the server named; its own name where we have none. */
export function word(group, name) {
  const key = group + '.' + name;
  return has(key) ? t(key) : String(name === null || name === undefined ? '' : name);
}
