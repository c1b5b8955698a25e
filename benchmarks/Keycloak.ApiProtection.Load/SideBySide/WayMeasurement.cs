namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>One way in one round; CPU in microseconds for a request, times in milliseconds.</summary>
internal sealed record WayMeasurement(
    string Way, int Round, double RequestsPerSecond, double NginxCpu, double ApiCpu, double KeycloakCpu, double P50, double P99);
