// The language of the page: Chinese unless somebody chose English here, which is remembered.

import {WORDS as zh} from './words-zh.js';
import {WORDS as en} from './words-en.js';

const WORDS = {zh, en};

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
  return Object.prototype.hasOwnProperty.call(WORDS[language], key);
}

/** The words for a key, with {name} filled in. */
export function t(key, values) {
  const text = has(key) ? WORDS[language][key] : key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? String(values[name]) : whole));
}

/** What the server says of faults, in the language that it was asked in. */
export function faults(list) {
  return (list || []).map((one) => one.words).join(t('faults.apart'));
}

/** The words for a state the server named; its own name where we have none. */
export function word(group, name) {
  const key = group + '.' + name;
  return has(key) ? t(key) : String(name === null || name === undefined ? '' : name);
}
