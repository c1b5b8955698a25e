namespace Keycloak.ApiProtection.KeycloakTests.Contract;

/// <summary>The differences between Keycloak versions that the tests depend on.</summary>
/// <param name="Version">The version under test.</param>
public sealed record VersionDifferences(Version Version)
{
    /// <summary>
    /// Since 25, <c>sub</c> and <c>auth_time</c> come from the client scope <c>basic</c>, and tokens have no <c>session_state</c>.
    /// </summary>
    public bool HasBasicScope => Version.Major >= 25;

    /// <summary>Since 26, the id of a session has 24 characters. Before, it was a UUID.</summary>
    public bool HasOpaqueSessionIds => Version.Major >= 26;

    /// <summary>Since 26.2, <c>jti</c> starts with six letters for the kinds of session, token and grant, followed by a colon.</summary>
    public bool HasStructuredTokenIds => Version >= new Version(26, 2);

    /// <summary>Since 26, a refresh token contains the access token's audience in <c>aud_x</c>.</summary>
    public bool RefreshTokenNamesAudience => Version.Major >= 26;

    /// <summary>DPoP is supported since 26.4. Before, it is a preview feature that is disabled, and proofs are ignored.</summary>
    public bool SupportsDpop => Version >= new Version(26, 4);

    /// <summary>The tested Keycloak 24 is built not to request client certificates, so it cannot bind a token to one.</summary>
    public bool IssuesCertificateBoundTokens => Version.Major >= 26;

    /// <summary>Standard token exchange is supported since 26.2.</summary>
    public bool SupportsTokenExchange => Version >= new Version(26, 2);

    /// <summary>Organizations are supported since 26.</summary>
    public bool SupportsOrganizations => Version.Major >= 26;

    /// <summary>Since 26.6.2 the introspecting client must be in the token's audience.</summary>
    public bool IntrospectionChecksAudience => Version >= new Version(26, 6, 2);

    /// <summary>24 ignores <c>access.token.header.type.rfc9068</c>: its access tokens always have the header type <c>JWT</c>.</summary>
    public string Rfc9068HeaderType => Version.Major >= 26 ? "at+jwt" : "JWT";

    /// <summary>In 24, introspection of a refresh token returns "active"; in 26, it does not.</summary>
    public bool IntrospectionKnowsRefreshTokens => Version.Major < 26;

    /// <summary>The status for a wrong password: 400 in 26, as specified in RFC 6749; 401 in 24.</summary>
    public int WrongPasswordStatus => Version.Major >= 26 ? 400 : 401;

    /// <summary>
    /// If an admin logs out a user, 24 notifies a client of only one of the user's sessions; 26 notifies it of each session.
    /// </summary>
    public bool LogoutOfUserTellsOfEverySession => Version.Major >= 26;

    /// <summary>In 26, stored events can be filtered by time; in 24, by day only.</summary>
    public bool FiltersEventsByTime => Version.Major >= 26;

    /// <summary>The error of introspection with a wrong client secret.</summary>
    public string IntrospectionBadSecretError => Version.Major >= 26 ? "invalid_client" : "invalid_request";
}
