namespace Keycloak.ApiProtection;

/// <summary>Options of revocations: the section <c>Revocation</c>.</summary>
/// <remarks>The defaults suit a realm with Keycloak's own defaults. The options are validated when the application starts.</remarks>
public sealed class KeycloakRevocationOptions
{
    /// <summary>Gets or sets how long a revocation is kept. Set it to the lifetime of the realm's longest-lived access token.</summary>
    /// <value>
    /// The default is 1 hour. The range is 1 minute to 30 days. If a token has a longer lifetime, a warning is logged once, because that
    /// token could be accepted again after it was revoked.
    /// </value>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Gets or sets the maximum number of single revocations, at about 100 bytes each. If there are more, the oldest become a watermark:
    /// every token that is as old as they are is rejected.
    /// </summary>
    /// <value>The default is 100,000. The range is 100 to 10,000,000.</value>
    public int Capacity { get; set; } = 100_000;

    /// <summary>
    /// Gets or sets how long a back-channel logout rejects the client's tokens of the ended session, including
    /// tokens that are issued later.
    /// </summary>
    /// <value>
    /// The default is 10 hours, which is Keycloak's default for SSO Session Max. The range is zero to 30 days. If it is zero, only tokens
    /// that were issued until the logout are rejected. Up to <see cref="Capacity"/> ended sessions are kept.
    /// </value>
    /// <remarks>
    /// <para>Keycloak 26 can lose the end of a session after it has sent the logout (keycloak/keycloak issue 51127). The session's
    /// refresh token then still gets new tokens.</para>
    /// <para>A disadvantage is that the user must log in again after a consent was withdrawn and given again in the same session. Tokens
    /// with the scope <c>offline_access</c> are not covered, unless the logout token says that the offline session ended, too.</para>
    /// </remarks>
    public TimeSpan EndedSessionLifetime { get; set; } = TimeSpan.FromHours(10);
}
