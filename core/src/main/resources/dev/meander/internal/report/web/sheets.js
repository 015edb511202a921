import {h} from './dom.js';
import * as store from './store.js';

// Pictures are parts of sheets; the latest sheets are kept.

const MOST = 24;
const PIXEL_ART = 160;
const sheets = new Map(); // address -> promise of an image

function sheet(run, file) {
  const address = store.image(run, file);
  if (!address) return Promise.reject(new Error(`${file} of ${run} cannot be read`));
  let image = sheets.get(address);
  sheets.delete(address);
  if (!image) {
    image = new Promise((resolve, reject) => {
      const element = new Image();
      element.onload = () => resolve(element);
      element.onerror = () => reject(new Error(`${file} of ${run} cannot be read`));
      element.src = address;
    });
    image.catch(() => sheets.delete(address));
  }
  sheets.set(address, image);
  if (sheets.size > MOST) sheets.delete(sheets.keys().next().value);
  return image;
}

/** One picture {run, file, x, y, width, height} with words for those who do not see it. */
export function picture(part, words) {
  const canvas = h('canvas', {width: part.width, height: part.height, role: 'img', 'aria-label': words,
    class: Math.max(part.width, part.height) <= PIXEL_ART ? 'picture pixels' : 'picture'});
  sheet(part.run, part.file).then(
    (image) => canvas.getContext('2d').drawImage(image, part.x, part.y, part.width, part.height, 0, 0, part.width, part.height),
    (e) => canvas.replaceWith(h('span', {class: 'bad'}, e.message)));
  return canvas;
}

/** A picture that a click enlarges; neighbours(step) gives [part, words] before or after it, or null. */
export function enlargeable(part, words, neighbour = () => null) {
  return h('button', {type: 'button', class: 'enlarge', onclick: () => enlarge(part, words, neighbour)}, picture(part, words));
}

function enlarge(part, words, neighbour) {
  const place = h('div', {class: 'large'});
  const caption = h('p', {role: 'status'});
  let now = neighbour(0) || [part, words];
  const show = () => {
    place.replaceChildren(picture(...now));
    caption.textContent = now[1];
  };
  const move = (by) => {
    const next = neighbour(by);
    if (next) {
      now = next;
      show();
    }
  };
  const dialog = h('dialog', {'aria-label': 'Picture, enlarged', onclose: () => dialog.remove(), onkeydown: (event) => {
    if (event.key === 'ArrowRight') move(1);
    if (event.key === 'ArrowLeft') move(-1);
  }}, place, caption, h('p', {class: 'controls'},
    h('button', {type: 'button', onclick: () => move(-1)}, '← Earlier'), h('button', {type: 'button', onclick: () => move(1)}, 'Later →'),
    h('button', {type: 'button', onclick: () => dialog.close()}, 'Close')));
  document.body.append(dialog);
  show();
  dialog.showModal();
}
