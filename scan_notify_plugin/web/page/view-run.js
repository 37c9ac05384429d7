// One run: what it came to, its jobs with every attempt, its scan tasks, its reports, its time line.

import {ApiError, get, post, quoted} from './api.js';
import {action, badge, choices, facts, field, panel, select, table} from './controls.js';
import {ask} from './dialog.js';
import {el} from './dom.js';
import {duration, number, plain, time} from './format.js';
import {faults, has, t, word} from './i18n.js';
import {good} from './notices.js';
import {resultsPanel} from './view-changes.js';
import {reportColumns} from './view-reports.js';

const OPEN = ['pending', 'held'];

export const run = {
  load: async ({argument}) => {
    const [detail, plugins] = await Promise.all([get('runs/' + quoted(argument)), get('plugins')]);
    return {run: detail, formats: known(plugins.items)};
  },

  title: ({run: one}) => (one.schedule_name || one.id) + ' #' + one.run_number,

  poll: ({run: one}) => (one.status === 'running' || one.push_status === 'pending' || one.export_status === 'pending' ? 3 : 20),

  draw({run: one, formats}, {again}, heading) {
    return [
      el('p', {class: 'crumb'}, el('a', {href: '#/runs'}, '← ' + t('menu.runs'))),
      el('div', {class: 'view-head'}, heading, el('div', {class: 'badges'},
        one.test ? badge('run', 'test', t('run.test')) : null, badge('run', one.status))),
      one.faults.length ? el('p', {class: 'banner bad'}, faults(one.faults)) : null,
      one.acknowledged ? el('p', {class: 'banner good'}, t('run.seen', {by: one.acknowledged.by}), ' ', time(one.acknowledged.at),
        one.acknowledged.note ? el('span', {}, ' — ', one.acknowledged.note) : null) : null,
      buttons(one, formats, again),
      el('div', {class: 'columns'},
        panel(t('run.summary'), null, facts([
          [t('run.push'), badge('push', one.push_status)],
          [t('run.export'), badge('export', one.export_status)],
          [t('run.start'), time(one.start_time)],
          [t('run.end'), time(one.end_time)],
          [t('run.took'), duration(one.seconds)],
          [t('run.counts'), counts(one.counts)],
          [t('run.id'), el('code', {}, one.id)],
        ])),
        panel(t('run.timeline'), null, timeline(one.timeline))),
      resultsPanel(one),
      panel(t('run.jobs'), null, one.jobs.length ? one.jobs.map((job) => jobCard(job, again)) : el('p', {class: 'empty'}, t('jobs.none'))),
      panel(t('run.reports'), null, table(t('run.reports'), reportColumns(again, false), one.reports, t('reports.none'))),
      panel(t('run.tasks'), null, table(t('run.tasks'), [
        [t('task.target'), (task) => task.target, 'main'],
        [t('name'), (task) => task.name],
        [t('task.status'), (task) => badge('task', task.status)],
        [t('task.outcome'), (task) => (task.outcome ? badge('task', task.outcome) : '–')],
      ], one.tasks, t('tasks.none'))),
    ];
  },
};

function known(plugins) {
  return plugins.filter((one) => one.format && one.state === 'active').map((one) => one.format);
}

function counts(given) {
  const rows = Object.entries(given || {}).filter(([name, value]) => value || name === 'total');
  return rows.length ? rows.map(([name, value]) => word('task', name) + ' ' + plain(value)).join(', ') : '';
}

function buttons(one, formats, again) {
  const path = 'runs/' + quoted(one.id);
  const ended = one.status !== 'running';
  const states = one.jobs.map((job) => job.state);
  const act = (name, question, danger) => action(t('run.' + name), 'run-' + name, () => ask({
    title: t('run.' + name + '.ask'), body: el('p', {}, question), confirm: t('run.' + name), danger,
    submit: async () => { await post(path + '/' + name); good(t('run.' + name + '.done')); },
  }), again, danger ? 'danger-line' : null);
  return el('div', {class: 'buttons'},
    ended ? action(t('run.resend'), 'run-resend', () => resend(one, path), again, 'primary') : null,
    ended && formats.length ? action(t('run.report'), 'run-report', () => makeReport(formats, path), again) : null,
    states.includes('pending') ? act('hold', t('run.hold.words')) : null,
    states.includes('held') ? act('release', t('run.release.words')) : null,
    states.some((state) => OPEN.includes(state)) ? act('cancel', t('run.cancel.words'), true) : null,
    ended && !one.acknowledged ? action(t('run.acknowledge'), 'run-acknowledge', () => acknowledge(path), again) : null);
}

function resend(one, path) {
  const names = [];
  for (const job of one.jobs) if (job.kind === 'notify' && job.route[0] && !names.includes(job.route[0])) names.push(job.route[0]);
  const failed = one.jobs.some((job) => job.kind === 'notify' && ['error', 'uncertain', 'cancelled'].includes(job.state));
  const kinds = (failed ? [['failed', t('resend.failed')]] : []).concat([['all', t('resend.all')], ['some', t('resend.some')]]);
  const kind = select('what', kinds, kinds[0][0]);
  return get('targets').then(({items}) => {
    const boxes = choices('target', t('targets'), items.map((target) => [target.name, target.name]), names);
    boxes.hidden = true;
    kind.addEventListener('change', () => { boxes.hidden = kind.value !== 'some'; });
    return ask({
      title: t('resend.title'), confirm: t('run.resend'),
      body: [el('p', {}, t('resend.words')), field(t('resend.what'), kind), boxes],
      submit: async (values) => {
        const body = {failed_only: kind.value === 'failed'};
        if (kind.value === 'some') body.targets = values.getAll('target');
        if (body.targets && !body.targets.length) throw new ApiError(400, t('resend.none'));
        await post(path + '/resend', body);
        good(t('resend.done'));
      },
    });
  });
}

function makeReport(formats, path) {
  return ask({
    title: t('report.again'), confirm: t('report.make'),
    body: field(t('report.format'), select('format', formats.map((name) => [name, name]), formats[0])),
    submit: async (values) => { await post(path + '/reports', {format: values.get('format')}); good(t('report.again.done')); },
  });
}

function acknowledge(path) {
  return ask({
    title: t('run.acknowledge'), confirm: t('run.acknowledge'),
    body: [el('p', {}, t('acknowledge.words')), field(t('acknowledge.note'), el('input', {name: 'note', maxlength: 200}))],
    submit: async (values) => { await post(path + '/acknowledge', {note: values.get('note')}); good(t('acknowledge.done')); },
  });
}

function jobCard(job, again) {
  const path = 'jobs/' + quoted(job.id);
  const act = (name, danger) => action(t('run.' + name), job.id + '-' + name, () => ask({
    title: t('job.' + name + '.ask'), body: el('p', {}, t('run.' + name + '.words')), confirm: t('run.' + name), danger,
    submit: async () => { await post(path + '/' + name); good(t('run.' + name + '.done')); },
  }), again, danger ? 'danger-line' : null);
  const settle = (delivered) => action(t(delivered ? 'settle.yes' : 'settle.no'), job.id + '-settle-' + delivered, () => ask({
    title: t('settle.title'), body: el('p', {}, t(delivered ? 'settle.yes.words' : 'settle.no.words', {target: job.target})),
    confirm: t(delivered ? 'settle.yes' : 'settle.no'),
    submit: async () => { await post(path + '/settle', {delivered}); good(t('settle.done')); },
  }), again);
  const what = job.kind === 'export' ? t('job.export', {format: job.format}) : job.kind === 'collect' ? t('job.collect')
    : t(job.kind === 'update' ? 'job.update' : 'job.notify', {target: job.target});
  return el('article', {class: 'job', 'aria-label': what},
    el('div', {class: 'job-head'}, el('h3', {}, what), badge('job', job.state),
      job.repeat && job.kind !== 'update' ? badge('job', 'repeat', t('job.repeat')) : null,
      el('span', {class: 'grow'}),
      job.state === 'uncertain' ? [settle(true), settle(false)] : null,
      job.state === 'pending' ? act('hold') : null, job.state === 'held' ? act('release') : null,
      OPEN.includes(job.state) ? act('cancel', true) : null),
    job.faults.length ? el('p', {class: 'problem'}, faults(job.faults)) : null,
    job.state === 'uncertain' ? el('p', {class: 'hint'}, t('settle.why')) : null,
    el('p', {class: 'faint small'}, [
      job.kind === 'notify' && job.route.length > 1 ? t('job.route', {route: job.route.join(' → ')}) + ' · ' : '',
      job.by ? t('job.by', {by: job.by}) + ' · ' : '', t('job.due') + ' '], time(job.due_at)),
    attempts(job), parts(job));
}

function attempts(job) {
  if (!job.attempts.length) return null;
  return el('details', {'data-key': 'attempts-' + job.id}, el('summary', {}, t('job.attempts', {n: job.attempts.length})),
    table(t('job.attempts', {n: job.attempts.length}), [
      [t('at'), (one) => time(one.at)],
      [t('target'), (one) => one.target],
      [t('attempt.part'), (one) => (typeof one.part === 'number' ? number(one.part + 1) : '–')],
      [t('attempt.result'), (one) => badge(attemptGroup(job.kind), one.result)],
      [t('attempt.words'), (one) => [one.code, faults(one.faults)].filter((text) => text !== null && text !== undefined && text !== '').join(' ') || '–', 'wide'],
    ], job.attempts));
}

function parts(job) {
  if (!job.parts || !job.parts.length) return null;
  return el('details', {'data-key': 'parts-' + job.id}, el('summary', {}, t('job.parts', {n: job.parts.length})),
    job.parts.map((part) => el('div', {class: 'part'},
      el('p', {class: 'small'}, t('part', {n: part.number}), ' ', badge('part', part.state),
        part.withheld ? badge('part', 'withheld', t('part.withheld')) : null,
        part.receipt ? el('span', {class: 'faint'}, ' ', t('part.receipt'), ' ', [part.receipt.id].concat(part.receipt.faults.map((one) => one.words)).filter(Boolean).join(' ') || '–') : null),
      el('pre', {tabindex: '0', 'aria-label': t('part.text')}, part.text))));
}

function timeline(rows) {
  if (!rows.length) return el('p', {class: 'empty'}, t('nothing'));
  return el('ol', {class: 'timeline'}, rows.map((row) => el('li', {class: 'level-' + level(row.level)},
    time(row.at), ' ', el('strong', {}, event(row)), ' ', said(row),
    row.by ? el('span', {class: 'faint'}, ' ', row.by) : null)));
}

/** What a line tells: of a job it depends on whether it makes a report or sends a message. */
function event(row) {
  return has('event.' + row.what + '.' + row.kind) ? t('event.' + row.what + '.' + row.kind) : word('event', row.what);
}

/** The results of making a report are other words than the answers of a service. */
function attemptGroup(kind) {
  return kind === 'export' ? 'making' : 'attempt';
}

// Which of our words the result of such a line is one of.
const RESULTS = {task: 'task', job: 'job', closed: 'run', report: 'report', audit: 'audit'};

/** The result as a badge, whom or what it is about, and the rest of what the server says, piece by piece. */
function said(row) {
  if (row.what === 'submitted' && row.result === 'done') return t('event.tasks', {n: row.values.count});
  const group = row.what === 'attempt' ? attemptGroup(row.kind) : RESULTS[row.what];
  return [group && row.result ? [badge(group, row.result), ' '] : null, row.subject, ' ', faults(row.faults), values(row)];
}

/** What somebody changed: times in the reader's zone; the jobs are in the list below. */
function values(row) {
  if (row.what !== 'audit') return null;
  return Object.entries(row.values).filter(([, value]) => value !== null && value !== '').map(([name, value]) => {
    if (name === 'until') return [t('audit.until'), ' ', time(value), ' '];
    if (name === 'delivered') return t(value ? 'settle.yes' : 'settle.no') + ' ';
    if (name === 'jobs') return t('audit.jobs', {n: value.length}) + ' ';
    return name + ': ' + plain(value) + ' ';
  });
}

function level(name) {
  return ['success', 'warning', 'error'].includes(name) ? name : 'info';
}
