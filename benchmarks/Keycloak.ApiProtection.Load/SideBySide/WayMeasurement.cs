namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>The results of one way in one round. CPU times are in microseconds per request, latencies in milliseconds.</summary>
internal sealed record WayMeasurement(
    string Way, int Round, double RequestsPerSecond, double NginxCpu, double ApiCpu, double KeycloakCpu, double P50, double P99);
