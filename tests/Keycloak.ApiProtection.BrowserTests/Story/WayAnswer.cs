using System.Globalization;

namespace Keycloak.ApiProtection.BrowserTests.Story;

/// <summary>What one way answered, and for what ends a token, how long after the act it was first answered so.</summary>
public sealed record WayAnswer(int Status, TimeSpan? After = null)
{
    public override string ToString() =>
        After is { } after ? string.Create(CultureInfo.InvariantCulture, $"{Status} after {after.TotalSeconds:0.0} s") : Status.ToString(CultureInfo.InvariantCulture);
}
