// The only place where elements are made. Text goes in as text nodes: nothing from outside is ever parsed as markup.

const SVG = 'http://www.w3.org/2000/svg';
// Characters that turn the text around them about ("gnp.exe" would read "exe.png") or are not seen at all.
const UNSEEN = /[\u0000-\u0008\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

function build(element, props, children) {
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (name === 'value' || name === 'checked' || name === 'disabled' || name === 'selected') {
      element[name] = value;
    } else {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(...kept(children));
  return element;
}

function kept(children) {
  return children.flat(9).filter((child) => child !== null && child !== undefined && child !== false && child !== '')
    .map((child) => (child instanceof Node ? child : plain(child)));
}

/** el('p', {class: 'x', onclick: f}, 'text', [nodes], null): an HTML element. */
export function el(tag, props, ...children) {
  return build(document.createElement(tag), props, children);
}

/** The same for SVG. */
export function svg(tag, props, ...children) {
  return build(document.createElementNS(SVG, tag), props, children);
}

/** Put these in the place of what is there. */
export function fill(element, ...children) {
  element.replaceChildren(...kept(children));
}

/** Any text as it really is. */
export function plain(text) {
  return String(text).replace(UNSEEN, '\ufffd');
}

let last = 0;

/** An id that nothing on the page has, to join a label to its field. */
export function newId() {
  last += 1;
  return 'n' + last;
}
