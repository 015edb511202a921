import {h, choice, slider, number, signed, palette, colour, settled} from './dom.js';
import {ask, chosen} from './store.js';
import {heat} from './heat.js';
import {chart} from './chart.js';
import {enlargeable} from './sheets.js';

const KINDS = {
  FINAL: 'one reward a sample, of its final image',
  STEPS: 'a reward after every stochastic step, of the ODE’s completion from there',
  BRANCHES: 'a reward for each branch, of the completion of the branch that leaves the trunk there',
};

/** What a value that is no number was written as. */
const known = (v) => (typeof v === 'number' && Number.isFinite(v) ? v : null);

export function creditView(main, ctx) {
  const {params} = ctx;
  const [run] = chosen(params.getAll('run'));
  let rollouts = [];
  let rollout = Number(params.get('rollout')) || null;
  let group = params.get('group') === null ? null : Number(params.get('group'));
  let sample = Number(params.get('sample')) || 0;
  let reward = params.get('reward');
  let trace = null;
  let plots = [];
  let asked = 0;

  const controls = h('div', {class: 'controls'});
  const note = h('p', {class: 'hint', role: 'status'});
  const place = h('div');
  main.append(h('h2', {}, 'Credit: what each step earned'), controls, note, place);
  if (!run) {
    note.textContent = 'No run yet.';
    return {};
  }

  async function begin(follow) {
    try {
      const found = await ask('traces', {run: run.id});
      const last = rollouts.at(-1);
      rollouts = found.rollouts;
      const drawn = found.sheets.at(-1) ?? rollouts.at(-1);
      if (!rollouts.includes(rollout) || (follow && rollout === last)) rollout = follow ? rollouts.at(-1) : drawn;
      if (!rollouts.length) {
        note.textContent = `${run.id} has no traces: its first rollout is not finished.`;
        return;
      }
      await load();
    } catch (e) {
      note.textContent = e.message;
    }
  }

  async function load() {
    const mark = ++asked;
    const answer = await ask('trace', {run: run.id, rollout});
    if (mark !== asked) return;
    trace = answer;
    steer();
    draw();
  }

  /** Rows of a group with their numbers within it. */
  const members = () => trace.rows.map((row, i) => ({row, i})).filter(({row}) => row.group === group);

  function steer() {
    const groups = [...new Map(trace.rows.map((r) => [r.group, r])).values()];
    if (!groups.some((r) => r.group === group)) {
      group = (groups.find((g) => trace.rows.some((r) => r.group === g.group && r.pictures.length)) || groups[0]).group;
    }
    const terms = trace.rows[0].terms.map((t) => t.name);
    if (!terms.includes(reward)) reward = terms[0];
    const drawn = (g) => trace.rows.some((r) => r.group === g && r.pictures.length);
    controls.replaceChildren(
      rollouts.length < 2 ? '' : slider('Rollout', rollouts.length - 1, rollouts.indexOf(rollout), (i) => String(rollouts[i]), settled((i) => {
        rollout = rollouts[i];
        ctx.keep('rollout', rollout);
        load().catch((e) => { note.textContent = e.message; });
      })),
      choice('Group', groups.map((r) => [r.group, `${r.group}: ${r.prompt}${drawn(r.group) ? ' ▣' : ''}`]), group, (v) => {
        group = Number(v);
        sample = 0;
        ctx.keep('group', v);
        draw();
      }),
      terms.length > 1 ? choice('Reward', terms.map((t) => [t, t]), reward, (v) => { reward = v; ctx.keep('reward', v); draw(); }) : '');
    note.textContent = `${run.id}: ${KINDS[trace.kind] || ''}. ◆ turning point, italic: not trained on, ▣ with pictures. Steps are numbered as in the schedule of ${trace.total_steps}.`;
  }

  function choose(i) {
    sample = i;
    ctx.keep('sample', i);
    const focus = document.activeElement?.closest('.heat');
    const which = [...place.querySelectorAll('.heat')].indexOf(focus);
    draw();
    if (which >= 0) place.querySelectorAll('.heat')[which]?.querySelector('tr.chosen button').focus();
  }

  function draw() {
    plots.forEach((p) => p.close());
    const rows = members();
    sample = Math.min(sample, rows.length - 1);
    const term = (r) => r.row.terms.find((t) => t.name === reward);
    const names = rows.map(({row}, i) => `sample ${i}${trace.kind === 'BRANCHES' && row.trunk ? ' (trunk)' : ''}`);
    const table = (title, value) => heat(title, {rows: names, columns: trace.steps, rowName: `group ${group}`, columnName: 'step', chosen: sample, onchoose: choose,
      cell: (i, j) => ({value: known(value(rows[i], j)), mark: term(rows[i]).turning_points[j], faint: !rows[i].row.trained[j],
        words: `sample ${i}, step ${trace.steps[j]}, noise ${rows[i].row.noise}, weight ${number(trace.weights[j])}`})});
    place.replaceChildren(
      h('div', {class: 'heats'}, table(`Credit of ${reward}`, (r, j) => term(r).credit[j]), table('Advantage', (r, j) => r.row.advantages[j])),
      trajectory(rows[sample], term(rows[sample])));
    plots.forEach((p) => p.draw());
  }

  /** Rewards along one sample: {label, reward, step} from before its first stochastic step on. */
  function moments({row}, t) {
    const steps = trace.steps;
    if (trace.kind === 'FINAL') return [{label: 'final', reward: known(t.rewards[0]), picture: 0}];
    const all = steps.map((s, j) => ({label: `after step ${s}`, step: s, j, reward: known(trace.kind === 'STEPS' ? t.rewards[j + 1] : t.rewards[j]),
      before: known(trace.kind === 'STEPS' ? t.rewards[j] : t.trunk[j] ?? null), picture: trace.kind === 'STEPS' ? j + 1 : j, turning: t.turning_points[j]}));
    return trace.kind === 'STEPS' ? [{label: 'before', reward: known(t.rewards[0]), picture: 0, start: true}, ...all] : all;
  }

  function trajectory(member, t) {
    const {row} = member;
    const file = `traces/rollout-${String(rollout).padStart(6, '0')}.png`;
    const all = moments(member, t);
    const words = (m) => `${row.prompt}, rollout ${rollout}, group ${group}, sample ${sample}, ${m.label}, reward ${number(m.reward)}`;
    const strip = h('div', {class: 'strip'}, all.map((m, k) => h('figure', {class: m.turning ? 'moment turning' : 'moment'},
      row.pictures[m.picture] ? enlargeable({run: run.id, file, ...row.pictures[m.picture]}, words(m), walk(k)) : null,
      h('figcaption', {}, h('b', {}, m.label), h('span', {}, `R ${number(m.reward)}`),
        m.before === undefined || m.before === null || m.reward === null ? null : h('span', {}, `r ${signed(m.reward - m.before)}`),
        m.j === undefined ? null : h('span', {}, `credit ${signed(known(t.credit[m.j]) ?? 0)}`),
        m.j === undefined ? null : h('span', {}, `advantage ${signed(known(row.advantages[m.j]) ?? 0)}`),
        m.turning ? h('em', {}, '◆ turning point') : null))));

    function walk(from) {
      let k = from;
      return (by) => {
        const m = all[k + by];
        if (!m || !row.pictures[m.picture]) return null;
        k += by;
        return [{run: run.id, file, ...row.pictures[m.picture]}, words(m)];
      };
    }

    const steps = trace.steps;
    const marks = steps.flatMap((s, j) => (t.turning_points[j] ? [{x: s, colour: colour('--s2'), text: '◆'}] : []));
    const line = (title, values, i) => chart(title, {xLabel: 'step of the schedule', yLabel: `rollout ${rollout}, group ${group}, sample ${sample}`, marks,
      lines: [{name: title.toLowerCase(), x: steps, y: values.map(known), colour: palette(i), dots: true}]});
    plots = [...(trace.kind === 'FINAL' ? [] : [line(`Reward ${reward} after the step`, all.filter((m) => !m.start).map((m) => m.reward), 0)]),
      line('Credit', t.credit, 1), line('Advantage', row.advantages, 2)];
    return h('section', {}, h('h3', {}, `Sample ${sample}: ${row.prompt}`), h('p', {class: 'hint'}, `noise ${row.noise}`,
      row.pictures.length ? '' : '; no pictures of it were kept'), strip, h('div', {class: 'charts'}, plots.map((p) => p.figure)));
  }

  begin(false);
  return {
    recolour: () => trace && draw(),
    changed: settled((ids) => ids.has(run.id) && begin(true), 500),
    close() {
      asked = -1;
      plots.forEach((p) => p.close());
    },
  };
}
