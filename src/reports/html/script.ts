/** What runs in the reader's browser: tables sort by their heads, and what is pointed at in a chart is told at once. Without it the report is whole. */
export const SCRIPT = `
for (const table of document.querySelectorAll('table.sortable')) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const key = row => {
        const cell = row.cells[column];
        if (cell.dataset.value) return Number(cell.dataset.value);
        const text = cell.textContent.trim();
        const number = parseFloat(text.replace(/^[<>]=? ?/, '').replaceAll(',', ''));
        if (Number.isNaN(number)) return text;
        return /^<[^=]/.test(text) ? number / 2 : number;
      };
      const order = (a, b) => {
        const [one, two] = [key(a), key(b)];
        if (typeof one !== typeof two) return typeof one === 'number' ? -1 : 1;
        const sign = typeof one === 'number' ? one - two : one.localeCompare(two);
        return down ? -sign : sign;
      };
      const body = table.tBodies[0];
      body.append(...[...body.rows].sort(order));
    });
  });
}
const tip = document.createElement('div');
tip.className = 'tip';
tip.hidden = true;
tip.setAttribute('aria-hidden', 'true');
document.body.append(tip);
for (const figure of document.querySelectorAll('figure')) {
  figure.addEventListener('pointermove', event => {
    const title = event.target.closest('circle, path, rect, text')?.querySelector('title');
    tip.hidden = !title;
    if (!title) return;
    tip.textContent = title.textContent;
    const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
    tip.style.left = Math.max(4, Math.min(event.clientX + 12, room)) + 'px';
    tip.style.top = (event.clientY + 16) + 'px';
  });
  figure.addEventListener('pointerleave', () => { tip.hidden = true; });
}
`;
