import {h, choice, tick, slider, number, palette, swatch} from './dom.js';
import {ask, chosen} from './store.js';
import {chart} from './chart.js';
import {smooth, band} from './maths.js';
import {title, grouped, usual} from './names.js';

const RATIO = 'update_finished.ratio_max_deviation';
const CLIP = 'first_ratio_measured.clip_range';
const AXES = [['rollouts', 'rollouts'], ['images', 'images sampled'], ['evaluations', 'network evaluations in sampling'], ['seconds', 'seconds']];

export function curvesView(main, ctx) {
  const {params} = ctx;
  let x = params.get('x') || 'rollouts';
  let smoothing = Number(params.get('smooth') || 0);
  let log = params.get('log') === 'y';
  let bands = params.get('seeds') === 'band';
  let wanted = params.getAll('series');
  const hidden = new Set(params.getAll('off'));
  let names = new Set();
  let charts = [];
  let range = null;
  let asked = 0;
  let data = {};

  const legend = h('div', {class: 'legend', role: 'group', 'aria-label': 'Runs on and off'});
  const list = h('div', {class: 'serieslist'});
  const grid = h('div', {class: 'charts'});
  main.append(
    h('h2', {}, 'Curves'),
    h('div', {class: 'controls'},
      choice('Against', AXES, x, (v) => { x = v; range = null; ctx.keep('x', v); load(); }),
      slider('Smoothing', 99, Math.round(smoothing * 100), (v) => (v ? `${v}%` : 'none'), (v) => { smoothing = v / 100; ctx.keep('smooth', v ? smoothing : null); draw(); }),
      tick('Logarithmic', log, (v) => { log = v; ctx.keep('log', v ? 'y' : null); draw(); }),
      tick('Seeds of one recipe as mean and band', bands, (v) => { bands = v; ctx.keep('seeds', v ? 'band' : null); draw(); }),
      h('button', {type: 'button', onclick: () => zoom(null)}, 'Whole range')),
    legend,
    h('details', {class: 'chooser'}, h('summary', {}, 'Series'), list),
    grid);

  const mine = () => chosen(params.getAll('run'));

  async function begin() {
    try {
      const about = await Promise.all(mine().map((r) => ask('run', {run: r.id})));
      names = new Set(about.flatMap((a) => a.series));
      chooser();
      await load();
    } catch (e) {
      grid.replaceChildren(h('p', {class: 'bad'}, e.message));
    }
  }

  const shown = () => (wanted.length ? wanted.filter((s) => names.has(s)) : usual(names));

  function chooser() {
    const on = new Set(shown());
    list.replaceChildren(...grouped(names).map(([group, all]) => h('fieldset', {}, h('legend', {}, group), all.map((s) =>
      tick(title(s)[0], on.has(s), (v) => {
        v ? on.add(s) : on.delete(s);
        wanted = grouped(names).flatMap(([, g]) => g).filter((n) => on.has(n));
        ctx.keep('series', wanted);
        load();
      })))));
  }

  async function load() {
    const mark = ++asked;
    const runs = mine();
    const answer = runs.length ? await ask('curves', {run: runs.map((r) => r.id), series: [...shown(), CLIP], x}) : {};
    if (mark === asked) {
      data = answer;
      draw();
    }
  }

  /** What is drawn as one curve: a run, or all seeds of a recipe. */
  function units() {
    const runs = mine();
    if (!bands) return runs.map((r) => ({key: r.id, name: r.id, runs: [r]}));
    const groups = new Map();
    runs.forEach((r) => groups.set(r.group || r.id, [...(groups.get(r.group || r.id) || []), r]));
    return [...groups.values()].map((g) => ({key: g[0].id, runs: g,
      name: g.length === 1 ? g[0].id : `${g[0].name}, ${g.length} ${new Set(g.map((r) => r.seed)).size === g.length ? 'seeds' : 'runs'}`}));
  }

  function lines(unit, series, i) {
    const weight = series.startsWith('evaluation') ? 0 : smoothing; // few points, each of many pictures
    const curves = unit.runs.map((r) => (data[r.id] || {})[series]).filter(Boolean);
    if (!curves.length) return [];
    const base = {name: unit.name, colour: palette(i), dashed: i >= 8, dots: series.startsWith('evaluation') && curves[0].x.length < 60};
    if (curves.length > 1) {
      return [{...base, ...band(curves.map((c) => ({x: c.x, y: smooth(c.y, weight)})))}];
    }
    const [c] = curves;
    const drawn = {...base, x: c.x, y: smooth(c.y, weight)};
    return weight ? [{...base, x: c.x, y: c.y, faint: true, silent: true, dots: false}, drawn] : [drawn];
  }

  /** What the ratio is held to, where all runs have it in common. */
  function clip() {
    const all = new Set(mine().map((r) => data[r.id]?.[CLIP]?.y.at(-1)));
    const [one] = all;
    return all.size === 1 && one ? `; clip range ${number(one)}` : '';
  }

  function zoom(to) {
    range = to;
    charts.forEach((c) => c.zoom(to));
  }

  function draw() {
    const focused = charts.findIndex((c) => c.figure.contains(document.activeElement));
    charts.forEach((c) => c.close());
    const all = units();
    legend.replaceChildren(...all.map((unit, i) => h('button', {type: 'button', 'aria-pressed': String(!hidden.has(unit.key)), onclick: () => {
      hidden.has(unit.key) ? hidden.delete(unit.key) : hidden.add(unit.key);
      ctx.keep('off', [...hidden]);
      draw();
    }}, swatch(i), unit.name)));
    const xLabel = AXES.find(([key]) => key === x)[1];
    charts = shown().map((series) => {
      const [name, over] = title(series);
      return chart(name, {xLabel, yLabel: series === RATIO ? over + clip() : over, log, range, onzoom: zoom,
        lines: all.flatMap((unit, i) => (hidden.has(unit.key) ? [] : lines(unit, series, i)))});
    });
    grid.replaceChildren(...(charts.length ? charts.map((c) => c.figure) : [h('p', {class: 'hint'}, 'No curves yet: the first rollout is not finished.')]));
    charts.forEach((c) => c.draw());
    if (focused >= 0) charts[focused]?.figure.querySelector('.plot').focus();
  }

  begin();
  return {
    recolour: draw,
    changed(ids) {
      if (mine().some((r) => ids.has(r.id))) names.size ? load().catch(() => {}) : begin();
    },
    close() {
      asked = -1;
      charts.forEach((c) => c.close());
    },
  };
}
