import uPlot from '/web/uplot.js';
import {h, colour, number, count} from './dom.js';
import {align} from './maths.js';

const HEIGHT = 220;
const WHEEL = 1.5;
const LONGEST = 30; // title of an axis
const WHOLE = [...Array(10).keys()].flatMap((e) => [1, 2, 5].map((d) => d * 10 ** e));

/**
 * A chart of lines {name, x, y, colour, faint, dashed, dots, low, high, silent}; low and high are a band around y, and dots
 * may be 'only'.
 * Dragging zooms, a double click or 0 shows all again; arrow keys read values, + and - zoom.
 */
export function chart(title, {xLabel, yLabel = '', log = false, lines, range = null, onzoom = () => {}, marks = []}) {
  const reading = h('p', {class: 'reading', 'aria-live': 'off'});
  const box = h('div', {class: 'plot', tabindex: 0, role: 'group', 'aria-label':
    `${title} against ${xLabel}: ${lines.filter((l) => !l.silent).length} curves. Arrow keys read values, plus and minus zoom, 0 shows all.`});
  const figure = h('figure', {class: 'chart'}, h('figcaption', {}, h('h3', {}, title), yLabel ? h('small', {}, yLabel) : null), box, reading);

  const curves = [];
  const series = [{label: xLabel}];
  const bands = [];
  for (const line of lines) {
    const y = log ? (v) => (v > 0 ? v : null) : (v) => v;
    const push = (values, options) => {
      curves.push({x: line.x, y: values.map(y)});
      series.push({spanGaps: true, points: {show: false}, ...options});
      return series.length - 1;
    };
    if (line.low) {
      const edge = {stroke: 'transparent', width: 0};
      const high = push(line.high, edge);
      const low = push(line.low, edge);
      bands.push({series: [high, low], fill: withAlpha(line.colour, line.strength || 0.18)});
    }
    push(line.y, {label: line.name, stroke: line.faint ? withAlpha(line.colour, 0.3) : line.colour, width: line.faint ? 1 : 1.8,
      dash: line.dashed ? [6, 4] : undefined, mine: line, ...(line.dots === 'only' ? {paths: () => null} : {}),
      points: {show: line.dots || line.x.length === 1, size: 5, fill: line.colour, stroke: line.colour}});
  }
  const data = align(curves);
  if (!data[0].length) {
    box.append(h('p', {class: 'hint'}, 'no values yet'));
    return {figure, draw() {}, close() {}, zoom() {}};
  }

  let plot = null;
  const axis = (label) => ({stroke: colour('--soft'), grid: {stroke: colour('--rule'), width: 1}, ticks: {stroke: colour('--rule'), width: 1},
    label, labelSize: 18, labelFont: '12px system-ui', font: '11px system-ui'});
  const options = () => ({
    width: Math.max(200, box.clientWidth), height: HEIGHT, series, bands,
    legend: {show: false},
    cursor: {points: {size: 6}, drag: {x: true, y: false}},
    scales: {x: {time: false, range: (u, min, max) => (min === max ? [min - 1, max + 1] : [min, max])}, y: log ? {distr: 3} : {range: (u, min, max) => padded(min, max)}},
    axes: [{...axis(xLabel), size: 34, incrs: WHOLE, values: (u, ticks) => ticks.map((t) => (t >= 1e4 ? count(t / 1000) + 'k' : t))},
      {...axis(title.length > LONGEST ? title.slice(0, LONGEST - 1) + '…' : title), size: 58, values: (u, ticks) => ticks.map((t) => (t === null ? '' : short(t)))}],
    hooks: {
      setCursor: [(u) => read(u)],
      setSelect: [(u) => u.select.width > 3 && zoomTo(u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x'))],
      draw: [(u) => drawMarks(u, marks)],
    },
  });

  function read(u) {
    const i = u.cursor.idx;
    if (i === null || i === undefined) {
      reading.replaceChildren();
      return;
    }
    const parts = series.flatMap((s, k) => {
      const value = u.data[k][i];
      return s.mine && !s.mine.silent && !s.mine.faint && value !== null && value !== undefined
        ? [h('span', {}, dot(s.mine.colour), `${s.mine.name} `, h('b', {}, number(value, 4)))] : [];
    });
    reading.replaceChildren(h('span', {}, `${xLabel} ${number(u.data[0][i], 0)}`), ...parts);
  }

  function zoomTo(min, max) {
    if (max > min) {
      plot.setScale('x', {min, max});
      plot.setSelect({left: 0, width: 0, top: 0, height: 0}, false);
      onzoom([min, max]);
    }
  }

  function whole() {
    const xs = data[0];
    plot.setScale('x', {min: xs[0], max: xs[xs.length - 1]});
    onzoom(null);
  }

  function key(event) {
    const xs = data[0];
    const i = plot.cursor.idx ?? -1;
    const {min, max} = plot.scales.x;
    const middle = xs[i] ?? (min + max) / 2;
    const moves = {ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10};
    if (moves[event.key]) {
      const next = Math.min(xs.length - 1, Math.max(0, (i < 0 ? 0 : i) + moves[event.key]));
      plot.setCursor({left: plot.valToPos(xs[next], 'x'), top: HEIGHT / 3});
    } else if (event.key === '+' || event.key === '=') {
      zoomTo(middle - (middle - min) / WHEEL, middle + (max - middle) / WHEEL);
    } else if (event.key === '-') {
      zoomTo(Math.max(xs[0], middle - (middle - min) * WHEEL), Math.min(xs[xs.length - 1], middle + (max - middle) * WHEEL));
    } else if (event.key === '0') {
      whole();
    } else {
      return;
    }
    event.preventDefault();
  }

  const sizes = new ResizeObserver(() => {
    if (plot && Math.abs(plot.width - box.clientWidth) > 1) plot.setSize({width: box.clientWidth, height: HEIGHT});
  });
  box.addEventListener('keydown', (event) => plot && key(event));
  box.addEventListener('dblclick', () => plot && onzoom(null));

  return {
    figure,
    /** Once it is in the page. */
    draw() {
      plot = new uPlot(options(), data, box);
      sizes.observe(box);
      if (range) plot.setScale('x', {min: range[0], max: range[1]});
    },
    zoom(to) {
      if (!plot) return;
      const xs = data[0];
      plot.setScale('x', to ? {min: to[0], max: to[1]} : {min: xs[0], max: xs[xs.length - 1]});
    },
    close() {
      sizes.disconnect();
      if (plot) plot.destroy();
    },
  };
}

function drawMarks(u, marks) {
  u.ctx.save();
  for (const mark of marks) {
    const x = u.valToPos(mark.x, 'x', true);
    u.ctx.strokeStyle = mark.colour;
    u.ctx.lineWidth = 2 * devicePixelRatio;
    u.ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    u.ctx.beginPath();
    u.ctx.moveTo(x, u.bbox.top);
    u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
    u.ctx.stroke();
    u.ctx.fillStyle = mark.colour;
    u.ctx.font = `${12 * devicePixelRatio}px system-ui`;
    u.ctx.fillText(mark.text, x + 4 * devicePixelRatio, u.bbox.top + 12 * devicePixelRatio);
  }
  u.ctx.restore();
}

/** Some room above and below, also around a constant. */
function padded(min, max) {
  if (min === null || max === null) return [0, 1];
  const room = max > min ? 0.06 * (max - min) : 0.1 * Math.abs(max) || 1;
  return [min - room, max + room];
}

/** Axis labels that keep the digits that tell them apart. */
function short(t) {
  const size = Math.abs(t);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return t.toExponential(0);
  return size >= 1e4 ? count(t / 1000) + 'k' : String(Number(t.toPrecision(5)));
}

function withAlpha(rgb, alpha) {
  return rgb.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`);
}

/** A dot in a colour that may be any. */
export function dot(fill) {
  const element = h('i', {class: 'swatch', 'aria-hidden': 'true'});
  element.style.background = fill;
  return element;
}
