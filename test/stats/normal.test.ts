/** Against scipy 1.17: norm.cdf, norm.ppf, t.ppf. */
import { describe, expect, it } from 'vitest';
import { normalCdf, normalQuantile, studentQuantile } from '../../src/stats/normal.ts';

describe('the normal distribution', () => {
  it.each([
    [-8, 6.22096057427174e-16],
    [-3.5, 0.00023262907903552502],
    [-1.96, 0.024997895148220435],
    [-0.3, 0.3820885778110474],
    [0, 0.5],
    [0.7, 0.758036347776927],
    [2.999, 0.9986456634662729],
    [3.001, 0.998654527174915],
    [6, 0.9999999990134123],
  ])('P(Z <= %d)', (z, p) => {
    expect(Math.abs(normalCdf(z) / p - 1)).toBeLessThan(1e-10);
  });

  it.each([
    [1e-6, -4.753424308822899],
    [0.025, -1.9599639845400545],
    [0.4, -0.2533471031357997],
    [0.975, 1.959963984540054],
  ])('the quantile of %d', (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 9);
  });

  it.each([
    [2, 4.302652729749462, 0.035],
    [4, 2.7764451051977934, 0.003],
    [9, 2.262157162798205, 0.0002],
    [30, 2.0422724563012378, 0.00001],
  ])("Student's t with %d degrees of freedom", (degrees, t, within) => {
    expect(Math.abs(studentQuantile(0.975, degrees) / t - 1)).toBeLessThan(within);
  });
});
