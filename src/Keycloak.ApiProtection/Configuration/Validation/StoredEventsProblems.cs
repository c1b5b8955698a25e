namespace Keycloak.ApiProtection.Configuration.Validation;

/// <summary>Finds settings at start with which Keycloak's stored events could not be read.</summary>
internal static class StoredEventsProblems
{
    /// <summary>Gets each problem with its remedy.</summary>
    public static IEnumerable<string> Of(KeycloakBearerOptions options)
    {
        var events = options.StoredEvents;
        (string Setting, TimeSpan Value, TimeSpan Least, TimeSpan Most)[] spans =
        [
            ("Events.PollInterval", events.PollInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)),
            ("Events.Overlap", events.Overlap, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
            ("Events.MaxSilence", events.MaxSilence, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        ];
        foreach (var (setting, value, least, most) in spans)
        {
            if (value < least || value > most)
            {
                yield return $"{setting} is {value}; it must be between {least} and {most}.";
            }
        }

        if (events.MaxSilence <= events.PollInterval)
        {
            yield return $"Events.MaxSilence ({events.MaxSilence}) is not longer than Events.PollInterval ({events.PollInterval}), "
                + "so every pause would be reported. Increase Events.MaxSilence.";
        }

        if (events.AdminAddress is { } address && !IsAdminAddress(address))
        {
            yield return $"Events.AdminAddress '{address}' is not the address of a realm in the admin API, "
                + "such as https://login.example.com/admin/realms/demo.";
        }

        if (!events.IsEnabled)
        {
            yield break;
        }

        if (!options.Credentials.AreSet || string.IsNullOrWhiteSpace(options.Resource))
        {
            yield return "AddKeycloakEvents() reads events with this API's own service account, but no credentials are set. "
                + "Set resource and credentials.secret, and turn on Clients > the client > Settings > Capability config > "
                + "Service account roles.";
        }

        if (events.AdminAddress is null && KeycloakAddress.Metadata(options) is not null && KeycloakAddress.Admin(options) is null)
        {
            yield return "AddKeycloakEvents() cannot derive the address of the admin API from MetadataAddress. "
                + "Set Events.AdminAddress, such as https://login.example.com/admin/realms/demo.";
        }
    }

    private static bool IsAdminAddress(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var parsed)
        && (parsed.Scheme == Uri.UriSchemeHttps || parsed.Scheme == Uri.UriSchemeHttp)
        && parsed.Query.Length == 0 && parsed.Fragment.Length == 0 && parsed.UserInfo.Length == 0
        && parsed.AbsolutePath.Contains("/admin/realms/", StringComparison.Ordinal);
}
