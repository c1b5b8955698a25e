using System.Text.Json;

namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>Which events the realm stores (<c>RealmEventsConfigRepresentation</c>).</summary>
/// <param name="UserEvents">Whether user events are stored.</param>
/// <param name="AdminEvents">Whether admin events are stored.</param>
/// <param name="Details">Whether admin events have representations.</param>
/// <param name="Expiration">How long user events are kept; null if they are never removed.</param>
/// <param name="Types">The types of user events that are stored.</param>
internal sealed record EventSettings(
    bool UserEvents, bool AdminEvents, bool Details, TimeSpan? Expiration, IReadOnlySet<string> Types)
{
    /// <summary>Reads the settings.</summary>
    public static EventSettings Read(JsonElement json)
    {
        bool Flag(string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
        var types = json.TryGetProperty("enabledEventTypes", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(type => type.ValueKind == JsonValueKind.String).Select(type => type.GetString()!)
            : [];
        var expires = json.TryGetProperty("eventsExpiration", out var seconds) && seconds.ValueKind == JsonValueKind.Number
            && seconds.TryGetInt32(out var number) && number > 0;
        return new EventSettings(
            Flag("eventsEnabled"),
            Flag("adminEventsEnabled"),
            Flag("adminEventsDetailsEnabled"),
            expires ? TimeSpan.FromSeconds(seconds.GetInt32()) : null,
            types.ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>Returns what to change in the realm, in the words of Keycloak's console; empty if nothing.</summary>
    /// <param name="lifetime">The lifetime of the longest-lived access token.</param>
    public IEnumerable<string> Remedies(TimeSpan lifetime)
    {
        const string UserSettings = "Realm settings > Events > User events settings";
        const string AdminSettings = "Realm settings > Events > Admin events settings";
        if (!UserEvents)
        {
            yield return $"{UserSettings}: turn on 'Save events'. Without them, logouts of users and revoked tokens are not noticed.";
        }

        var missing = UserEventRules.Types.Where(type => !Types.Contains(type)).ToArray();
        if (missing.Length > 0)
        {
            yield return $"{UserSettings}: add the saved types {string.Join(", ", missing)}.";
        }

        if (Expiration is null)
        {
            yield return $"{UserSettings}: set 'Expiration', or the events fill the database.";
        }
        else if (Expiration < lifetime)
        {
            yield return $"{UserSettings}: set 'Expiration' to at least {lifetime}, the lifetime of access tokens, so that this API can "
                + "read back after a restart.";
        }

        if (!AdminEvents)
        {
            yield return $"{AdminSettings}: turn on 'Save events'. Without them, nothing that an administrator does is noticed.";
        }

        if (!Details)
        {
            yield return $"{AdminSettings}: turn on 'Include representation'. Without it, every change of a client or of the realm has all "
                + "tokens introspected.";
        }
    }
}
