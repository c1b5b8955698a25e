using System.Globalization;

namespace Keycloak.ApiProtection.BrowserTests.Story;

/// <summary>The status on one way and, for an action that ends a token, the time from the action to the first response with it.</summary>
public sealed record WayAnswer(int Status, TimeSpan? After = null)
{
    public override string ToString() =>
        After is { } after
            ? string.Create(CultureInfo.InvariantCulture, $"{Status} after {after.TotalSeconds:0.0} s")
            : Status.ToString(CultureInfo.InvariantCulture);
}
