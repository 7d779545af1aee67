/**
 * What happens when: the gate as a small state machine, {@code resolve -> wait -> evaluate -> (approve) -> (promote -> verify -> tag) -> done}.
 * Whoever drives it decides how to wait. A value passes {@code RunPoller}, {@code RequiredMetrics}, {@code MetricReader},
 * {@code MetricSnapshot}, {@code GateState}, {@code PolicyEvaluation}; its check passes {@code ReportBuilder}.
 * Imports: {@code policy}, {@code evaluation}, {@code tracking}.
 */
package io.jenkins.plugins.mlflow.gate;
