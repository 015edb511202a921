import {h, choice, palette, settled} from './dom.js';
import {ask, chosen} from './store.js';
import {chart} from './chart.js';

const RATIOS = ['update_finished.ratio_mean', 'update_finished.ratio_max_deviation', 'update_finished.clip_fraction', 'first_ratio_measured.max_deviation'];
const RATIO_NAMES = ['Ratio, mean', '|ratio − 1|, largest', 'Clipped, share', '|ratio − 1| before the first update'];

export function spreadView(main, ctx) {
  const {params} = ctx;
  const [run] = chosen(params.getAll('run'));
  let what = params.get('of') || null;
  let spreads = [];
  let ratios = {};
  let charts = [];
  let asked = 0;

  const controls = h('div', {class: 'controls'});
  const note = h('p', {class: 'hint', role: 'status'});
  const grid = h('div', {class: 'charts'});
  main.append(h('h2', {}, 'Distributions by step'), controls, note, grid);
  if (!run) {
    note.textContent = 'No run yet.';
    return {};
  }

  async function load() {
    const mark = ++asked;
    try {
      const [found, curves] = await Promise.all([ask('spread', {run: run.id}), ask('curves', {run: run.id, series: RATIOS, x: 'rollouts'})]);
      if (mark !== asked) return;
      spreads = found;
      ratios = curves[run.id];
      steer();
      draw();
    } catch (e) {
      note.textContent = e.message;
    }
  }

  function steer() {
    const names = spreads.length ? Object.keys(spreads[0].rewards) : [];
    const choices = [...names.map((n) => ['reward ' + n, 'reward ' + n]), ['advantage', 'advantage'], ...names.map((n) => ['credit ' + n, 'credit ' + n]),
      ...names.map((n) => ['turning ' + n, 'turning points ' + n]), ['ratio', 'ratios']];
    if (!choices.some(([v]) => v === what)) what = choices[0][0];
    controls.replaceChildren(choice('Of', choices, what, (v) => { what = v; ctx.keep('of', v); draw(); }));
    note.textContent = what === 'ratio' ? '' : `${run.id}: ${spreads.length} of its rollouts, evenly over the training. Dark: the middle half; pale: from 10% to 90%; line: the median.`;
  }

  /** Median with bands around it, from [rollout, quantiles] pairs. */
  function fan(title, yLabel, pairs, i) {
    const x = pairs.map(([rollout]) => rollout);
    const quantile = (q) => pairs.map(([, values]) => values[q]);
    const base = {x, colour: palette(i)};
    return chart(title, {xLabel: 'rollouts', yLabel, lines: [
      {...base, name: '10% to 90%', y: quantile(3), low: quantile(1), high: quantile(5), strength: 0.14, silent: true},
      {...base, name: 'median', y: quantile(3), low: quantile(2), high: quantile(4), strength: 0.3},
      {...base, name: 'lowest', y: quantile(0), faint: true, dashed: true, silent: true},
      {...base, name: 'highest', y: quantile(6), faint: true, dashed: true, silent: true}]});
  }

  /** One chart for each step of the schedule; rollouts may have other steps than their neighbours. */
  function bySteps(name, values, i) {
    const steps = [...new Set(spreads.flatMap((s) => s.steps))].sort((a, b) => a - b);
    return steps.map((step) => fan(`${name}, step ${step}`, 'over all samples', spreads.filter((s) => s.steps.includes(step))
      .map((s) => [s.rollout, values(s)[s.steps.indexOf(step)]]), i));
  }

  function build() {
    const [kind, name] = [what.split(' ')[0], what.slice(what.indexOf(' ') + 1)];
    if (kind === 'reward') return [fan(`Reward ${name}`, 'over all images', spreads.map((s) => [s.rollout, s.rewards[name]]), 0)];
    if (kind === 'advantage') return bySteps('Advantage', (s) => s.advantages, 2);
    if (kind === 'credit') return bySteps(`Credit ${name}`, (s) => s.credit[name], 1);
    if (kind === 'turning') {
      const steps = [...new Set(spreads.flatMap((s) => s.steps))].sort((a, b) => a - b);
      return [chart(`Turning points, ${name}`, {xLabel: 'rollouts', yLabel: 'share of samples', lines: steps.map((step, i) => {
        const mine = spreads.filter((s) => s.steps.includes(step));
        return {name: `step ${step}`, colour: palette(i), dashed: i >= 8, x: mine.map((s) => s.rollout), y: mine.map((s) => s.turning[name][s.steps.indexOf(step)])};
      })})];
    }
    return RATIOS.map((series, i) => chart(RATIO_NAMES[i], {xLabel: 'rollouts', lines: ratios[series] ? [{name: 'value', colour: palette(i), ...ratios[series]}] : []}));
  }

  function draw() {
    charts.forEach((c) => c.close());
    charts = spreads.length || what === 'ratio' ? build() : [];
    grid.replaceChildren(...charts.map((c) => c.figure));
    if (!charts.length) note.textContent = `${run.id} has no traces: its first rollout is not finished.`;
    charts.forEach((c) => c.draw());
  }

  load();
  return {
    recolour: draw,
    changed: settled((ids) => ids.has(run.id) && load(), 1000),
    close() {
      asked = -1;
      charts.forEach((c) => c.close());
    },
  };
}
