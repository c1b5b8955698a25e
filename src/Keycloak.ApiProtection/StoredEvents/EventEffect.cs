namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>What an event means for tokens.</summary>
/// <param name="Kind">The tokens that are rejected, or about which Keycloak is asked again.</param>
/// <param name="Id">The session, user, client or token.</param>
/// <param name="Until">Tokens that were issued at or before this time are covered.</param>
internal sealed record EventEffect(RevocationKind Kind, string? Id, DateTimeOffset Until)
{
    /// <summary>Gets the client, if only its tokens of the session or of the user are covered.</summary>
    public string? ClientId { get; init; }

    /// <summary>Gets whether tokens of offline sessions and of service accounts are not covered.</summary>
    public bool OnlineSessionsOnly { get; init; }
}
