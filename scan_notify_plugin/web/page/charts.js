// Charts as SVG. Each has a title, a description and a table with the same numbers.

import {el, newId, svg} from './dom.js';
import {table} from './controls.js';
import {day, number} from './format.js';
import {t, word} from './i18n.js';

const HEIGHT = 220;
const LEFT = 36;
const BOTTOM = 24;
const TOP = 10;

/** A round number of at least `value` and the distance of the lines up to it. */
function scale(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value / 4)));
  const step = [1, 2, 5, 10].map((one) => Math.max(1, one * power)).find((one) => one * 4 >= value);
  return {step, top: step * Math.max(1, Math.ceil(value / step))};
}

function legend(group, names) {
  return el('ul', {class: 'legend'}, names.map((name) => el('li', {}, el('span', {class: 'dot tone-' + name}), word(group, name))));
}

/** Drawn again when its box gets another width, so that its text keeps its size. */
function drawn(title, words, height, paint) {
  const box = el('div', {class: 'chart'});
  const ids = [newId(), newId()];
  let width = 0;
  new ResizeObserver(() => {
    if (!box.clientWidth || Math.abs(box.clientWidth - width) < 2) return;
    width = box.clientWidth;
    box.replaceChildren(svg('svg', {width, height, viewBox: '0 0 ' + width + ' ' + height, role: 'img', 'aria-labelledby': ids.join(' ')},
      svg('title', {id: ids[0]}, title), svg('desc', {id: ids[1]}, words), paint(width)));
  }).observe(box);
  return box;
}

function asTable(caption, first, names, group, rows, key) {
  return el('details', {'data-key': key}, el('summary', {}, t('chart.table')),
    table(caption, [[first, (row) => row.label]].concat(names.map((name) => [word(group, name), (row) => number(row[name] || 0), 'num'])), rows));
}

/** rows: [{day, finished, error, running}] */
export function runsPerDay(rows) {
  return bars('run', ['finished', 'error', 'running'], rows.map((row) => ({...row, label: day(row.day)})), t('chart.runs'), t('day'), 'table-runs');
}

/** runs, the oldest first: what was new and what was gone in each that was compared. */
export function rounds(runs) {
  const known = runs.filter((run) => run.results && run.results.state === 'success');
  if (!known.length) return [el('p', {class: 'empty'}, t('chart.rounds.none'))];
  const rows = known.map((run) => ({...run.results.changes, label: '#' + run.run_number}));
  return bars('change', ['new', 'back', 'gone'], rows, t('chart.rounds'), t('run'), 'table-rounds');
}

/** A bar for each row, of one piece for each name. */
function bars(group, names, labelled, title, first, key) {
  const sum = (row) => names.reduce((total, name) => total + (row[name] || 0), 0);
  const {step, top} = scale(Math.max(1, ...labelled.map(sum)));
  const totals = names.map((name) => word(group, name) + ' ' + labelled.reduce((total, row) => total + (row[name] || 0), 0));
  const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
  const paint = (width) => {
    const room = (width - LEFT) / Math.max(1, labelled.length);
    const bar = Math.min(34, room * 0.62);
    const every = Math.ceil(46 / room);
    const lines = [];
    for (let value = 0; value <= top; value += step) {
      lines.push(svg('line', {class: 'grid', x1: LEFT, x2: width, y1: y(value), y2: y(value)}),
        svg('text', {class: 'axis end', x: LEFT - 8, y: y(value) + 4}, number(value)));
    }
    const columns = labelled.map((row, index) => {
      const x = LEFT + room * index + (room - bar) / 2;
      let below = 0;
      return svg('g', {}, names.filter((name) => row[name]).map((name) => {
        const part = svg('rect', {class: 'tone-' + name, x, width: bar, rx: 2, y: y(below + row[name]), height: Math.max(1, y(below) - y(below + row[name]) - 1)},
          svg('title', {}, row.label + ' · ' + word(group, name) + ' ' + row[name]));
        below += row[name];
        return part;
      }), index % every === 0 ? svg('text', {class: 'axis middle', x: x + bar / 2, y: HEIGHT - 6}, row.label) : null);
    });
    return [lines, columns];
  };
  return [legend(group, names), drawn(title, totals.join(', '), HEIGHT, paint),
    asTable(title, first, names, group, labelled.slice().reverse(), key)];
}

function named({target, channel}) {
  return channel && channel !== target ? target + ' · ' + channel : String(target);
}

/** rows: [{target, channel, success, error, uncertain, pending}] */
export function deliveries(rows) {
  if (!rows.length) return [el('p', {class: 'empty'}, t('chart.deliveries.none'))];
  const names = ['success', 'error', 'uncertain', 'pending'];
  const sum = (row) => names.reduce((total, name) => total + (row[name] || 0), 0);
  const labelled = rows.slice().sort((one, other) => sum(other) - sum(one)).map((row) => ({...row, label: named(row)}));
  const most = Math.max(1, ...labelled.map(sum));
  const LINE = 46;
  const height = labelled.length * LINE + 4;
  const words = labelled.map((row) => row.label + ': ' + names.map((name) => word('job', name) + ' ' + (row[name] || 0)).join(', ')).join('; ');
  const paint = (width) => labelled.map((row, index) => {
    const top = index * LINE;
    let x = 0;
    return svg('g', {}, svg('text', {class: 'label', x: 0, y: top + 15}, row.label),
      svg('text', {class: 'axis end', x: width, y: top + 15}, number(sum(row))),
      svg('rect', {class: 'track', x: 0, y: top + 23, width, height: 12, rx: 6}),
      names.filter((name) => row[name]).map((name) => {
        const long = (row[name] / most) * width;
        const part = svg('rect', {class: 'tone-' + name, x, y: top + 23, width: Math.max(2, long - 2), height: 12, rx: 4},
          svg('title', {}, row.label + ' · ' + word('job', name) + ' ' + row[name]));
        x += long;
        return part;
      }));
  });
  return [legend('job', names), drawn(t('chart.deliveries'), words, height, paint),
    asTable(t('chart.deliveries'), t('channel'), names, 'job', labelled, 'table-deliveries')];
}
