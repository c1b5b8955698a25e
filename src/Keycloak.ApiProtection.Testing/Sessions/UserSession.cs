namespace Keycloak.ApiProtection.Testing.Sessions;

/// <summary>A user's session, online or offline, and the clients that take part in it.</summary>
internal sealed record UserSession(string Id, string UserId, SessionKind Kind, DateTimeOffset Started)
{
    public DateTimeOffset LastRefresh { get; init; } = Started;

    /// <summary>When the user logged in on a login page: the claim <c>auth_time</c>. Null for grants without a login page.</summary>
    public DateTimeOffset? AuthenticatedAt { get; init; }

    /// <summary>The authentication level of the last login: the claim <c>acr</c>. Null for level 1.</summary>
    public string? Level { get; init; }

    public IReadOnlyDictionary<string, ClientSession> Clients { get; init; } = new Dictionary<string, ClientSession>();

    /// <summary>Session notes that mappers can write to claims: <c>clientHost</c>, <c>client_id</c> ...</summary>
    public IReadOnlyDictionary<string, string> Notes { get; init; } = new Dictionary<string, string>();
}
