// Runs before the first paint, so that nothing moves or changes its colours afterwards: the remembered theme, the panels of the
// address, and room for as many symbols as there were at the last visit.
import { applyLayout } from './view/layout';
import { parseAddress } from './view/page-address';
import { remembered } from './view/remembered';
import { applyTheme, rememberedTheme } from './view/theme';

applyTheme(rememberedTheme());
applyLayout(parseAddress(location.hash));
const symbols = Number(remembered('symbols'));
if (symbols > 0) document.documentElement.style.setProperty('--symbols', String(Math.min(symbols, 12)));
