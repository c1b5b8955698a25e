namespace Keycloak.ApiProtection;

/// <summary>Options of <c>AddKeycloakEvents()</c>, which reads the events that Keycloak stores: the section <c>Events</c>.</summary>
/// <remarks>The options are validated when the application starts. They have no effect without <c>AddKeycloakEvents()</c>.</remarks>
public sealed class KeycloakEventsOptions
{
    /// <summary>Gets or sets the pause between two polls. Each poll is two requests to Keycloak's admin API.</summary>
    /// <value>The default is 1 second. The range is 100 milliseconds to 5 minutes. After failures the pause grows up to 1 minute.</value>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Gets or sets how far each poll reads back before the newest event that is known. An event becomes visible some time after its own
    /// time, and the clocks of several Keycloak nodes differ.
    /// </summary>
    /// <value>The default is 30 seconds. The range is 1 second to 10 minutes. Events that were read before have no effect.</value>
    public TimeSpan Overlap { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets the time without a successful poll after which an error is logged.</summary>
    /// <value>The default is 1 minute. The range is 1 second to 1 day.</value>
    public TimeSpan MaxSilence { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Gets or sets the address of the realm in Keycloak's admin API, such as <c>https://admin.example.com/admin/realms/demo</c>.
    /// </summary>
    /// <value>
    /// The default is <see langword="null"/>: the address follows from <see cref="KeycloakBearerOptions.MetadataAddress"/>, or from the
    /// address of the realm. Set it if Keycloak has another host name for its admin API (<c>KC_HOSTNAME_ADMIN</c>).
    /// </value>
    public string? AdminAddress { get; set; }

    /// <summary>Gets or sets whether the application has called <c>AddKeycloakEvents()</c>.</summary>
    internal bool IsEnabled { get; set; }

    /// <summary>Gets or sets whether the configuration section sets one of the options.</summary>
    internal bool IsConfigured { get; set; }
}
