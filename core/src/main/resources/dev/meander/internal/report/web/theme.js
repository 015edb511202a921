/** The button that changes the theme; then what is drawn must be drawn anew. */
export function themes(recolour) {
  const button = document.getElementById('theme');
  const set = (theme) => {
    document.documentElement.dataset.theme = theme;
    button.textContent = theme === 'dark' ? 'Light' : 'Dark';
    button.setAttribute('aria-label', `Use the ${button.textContent.toLowerCase()} theme`);
  };
  let kept = null;
  try {
    kept = localStorage.getItem('theme');
  } catch {
    // not allowed to keep anything
  }
  set(kept || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
  button.addEventListener('click', () => {
    set(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
    try {
      localStorage.setItem('theme', document.documentElement.dataset.theme);
    } catch {
      // then for this page only
    }
    recolour();
  });
}
