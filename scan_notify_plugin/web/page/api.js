// The requests, with the host's login token. Addresses are relative to this file, so any prefix of the host's works.

import {current} from './i18n.js';

const ROOT = new URL('../', import.meta.url);
const OWN = 'scan_notify_token';

/** Said by the server: code, in its own words. */
export class ApiError extends Error {
  constructor(code, message, data) {
    super(message);
    this.code = code;
    this.data = data || {};
  }

  get notLoggedIn() { return this.code === 401; }

  get conflict() { return this.code === 409; }
}

/** The token typed here for this session, else the one the host's own page keeps. */
function token() {
  const found = sessionStorage.getItem(OWN) || localStorage.getItem('token') || '';
  return found.replace(/^"(.*)"$/, '$1');
}

export function typedToken() {
  return sessionStorage.getItem(OWN) !== null;
}

/** Use this token until the tab is closed; null forgets it. */
export function useToken(value) {
  if (value) sessionStorage.setItem(OWN, value);
  else sessionStorage.removeItem(OWN);
}

function request(method, path, body) {
  const headers = {'Accept-Language': current()};
  // A header is latin-1: whatever else was pasted is not a token.
  const own = token().replace(/[^\x21-\x7e]/g, '');
  if (own) headers.Token = own;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  return fetch(new URL(path, ROOT), {
    method, headers, body: body === undefined ? undefined : JSON.stringify(body),
    cache: 'no-store', credentials: 'same-origin',
  }).catch(() => { throw new ApiError(0, 'unreachable'); });
}

async function answer(response) {
  let said;
  try {
    said = await response.json();
  } catch (error) {
    throw new ApiError(response.status, 'HTTP ' + response.status);
  }
  // The host answers 200 with a code of its own inside.
  const code = said && typeof said.code === 'number' ? said.code : response.status;
  if (code !== 200) throw new ApiError(code, String((said && said.message) || 'HTTP ' + response.status), said && said.data);
  // Lists come flat, the rest in "data".
  return 'items' in said ? said : said.data;
}

/** GET; params that are empty are left out. */
export async function get(path, params) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params || {})) {
    if (value !== '' && value !== null && value !== undefined) query.set(name, value);
  }
  const text = query.toString();
  return answer(await request('GET', text ? path + '?' + text : path));
}

export async function post(path, body) {
  return answer(await request('POST', path, body || {}));
}

export async function remove(path) {
  return answer(await request('DELETE', path));
}

/** Save a file that only logged-in people may have; a link cannot carry the token. */
export async function download(path, name) {
  const response = await request('GET', path);
  if (!response.ok || (response.headers.get('Content-Type') || '').startsWith('application/json')) {
    await answer(response);
    throw new ApiError(response.status, 'HTTP ' + response.status);
  }
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

/** One part of a path: ids may hold anything. */
export function quoted(text) {
  return encodeURIComponent(text);
}
