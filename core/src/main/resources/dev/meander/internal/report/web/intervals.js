import {h, number, signed} from './dom.js';

/** Whether 0 lies outside of a 95% interval {low, high, over, n}; nothing is sure without one. */
export const differs = (interval) => Boolean(interval) && (interval.low > 0 || interval.high < 0);

/** What rounding leaves of a sum that is 0 is 0. */
const exact = (value) => (Math.abs(value) < 1e-9 ? 0 : value);

/** A difference: grey unless its interval says that it is one. */
export function difference(value, interval) {
  return h('span', {class: !differs(interval) ? 'noise' : value > 0 ? 'up' : 'down'}, signed(exact(value)));
}

/** The interval, and what it is over. */
export function range(interval) {
  if (!interval) return h('span', {class: 'noise'}, '–');
  return h('span', {class: differs(interval) ? null : 'noise'}, `[${number(exact(interval.low))}, ${number(exact(interval.high))}] `.replaceAll('-', '−'),
    h('small', {}, `${interval.n} ${interval.over}${differs(interval) ? '' : ', within noise'}`));
}
