// What an eye, a finger or a screen reader would mind in a panel: texts and icons too faint for their background, things
// that stick out, controls that are small, nameless or do not say their state.
(panel) => {
  const numbers = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const over = ([r, g, b, a = 1], below) => [r, g, b].map((value, i) => value * a + below[i] * (1 - a));
  const background = (element) => {
    if (!element) return [255, 255, 255];
    const colour = numbers(getComputedStyle(element).backgroundColor);
    return colour[3] === 0 ? background(element.parentElement) : over(colour, background(element.parentElement));
  };
  const linear = (value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const contrast = (element) => {
    const below = background(element);
    const lights = [luminance(over(numbers(getComputedStyle(element).color), below)), luminance(below)];
    return (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
  };

  const TARGET_PX = 24;
  const CONTROLS = 'button, input, select, textarea, [role=button]';
  const shown = [...panel.querySelectorAll('*')].filter((each) => each.checkVisibility() && each.getClientRects().length);
  const hasText = (each) => [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const isOff = (each) => each.closest('[disabled], [aria-disabled="true"]');
  const name = (each) => `${each.tagName}.${each.className?.baseVal ?? each.className}`;
  const box = panel.getBoundingClientRect();
  const named = (each) => each.ariaLabel || each.textContent.trim() || each.title;

  const editor = (each) => each.closest('.inb-stage');
  const target = (each) => (each.labels?.length ? each.labels[0] : each).getBoundingClientRect();
  return {
    faint: shown.filter((each) => hasText(each) && !isOff(each) && contrast(each) < 4.5)
      .map((each) => `${name(each)} ${contrast(each).toFixed(2)}: ${each.textContent.trim().slice(0, 30)}`),
    dim: shown.filter((each) => each.matches('.inb-button svg') && !isOff(each) && contrast(each) < 3).map((each) => name(each.parentElement)),
    small: shown.filter((each) => editor(each) && each.matches(CONTROLS) && (target(each).height < TARGET_PX || target(each).width < TARGET_PX))
      .map((each) => `${name(each)} ${target(each).width} × ${target(each).height}`),
    stateless: shown.filter((each) => each.matches('[data-mode], [data-colour], .inb-toolbar [data-action=brush]') && !each.hasAttribute('aria-pressed')).map(name),
    outside: shown.filter((each) => each.getBoundingClientRect().right > box.right + 1).map(name),
    nameless: shown.filter((each) => each.matches(CONTROLS) && !named(each)
      && !each.labels?.length && !each.getAttribute('aria-labelledby')).map(name),
    gaps: [...panel.querySelectorAll('.inb-form > *')].filter((each) => each.getBoundingClientRect().height > 140).map(name),
    width: box.width,
  };
}
