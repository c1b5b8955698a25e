namespace Keycloak.ApiProtection.KeycloakTests.Contract;

/// <summary>Where Keycloak's versions answer differently, each difference with its name.</summary>
/// <param name="Version">The version under test.</param>
public sealed record VersionDifferences(Version Version)
{
    /// <summary>Since 25 <c>sub</c> and <c>auth_time</c> come from the client scope <c>basic</c>, and <c>session_state</c> is gone from tokens.</summary>
    public bool HasBasicScope => Version.Major >= 25;

    /// <summary>Since 26 a session's id is 24 characters; it was a UUID.</summary>
    public bool HasOpaqueSessionIds => Version.Major >= 26;

    /// <summary>Since 26.2 <c>jti</c> starts with six letters for session, token and grant, and a colon.</summary>
    public bool HasStructuredTokenIds => Version >= new Version(26, 2);

    /// <summary>Since 26 a refresh token names the access token's audience in <c>aud_x</c>.</summary>
    public bool RefreshTokenNamesAudience => Version.Major >= 26;

    /// <summary>DPoP is a supported feature since 26.4; before, it is a preview that is off and a proof is ignored.</summary>
    public bool SupportsDpop => Version >= new Version(26, 4);

    /// <summary>The 24 distribution is built to ask no client for a certificate, so it cannot bind a token to one.</summary>
    public bool IssuesCertificateBoundTokens => Version.Major >= 26;

    /// <summary>Standard token exchange exists since 26.2.</summary>
    public bool SupportsTokenExchange => Version >= new Version(26, 2);

    /// <summary>Organizations are a supported feature since 26.</summary>
    public bool SupportsOrganizations => Version.Major >= 26;

    /// <summary>Since 26.6.2 the introspecting client must be in the token's audience.</summary>
    public bool IntrospectionChecksAudience => Version >= new Version(26, 6, 2);

    /// <summary>24 knows no <c>access.token.header.type.rfc9068</c>: its access tokens are of the header type <c>JWT</c>, whatever is set.</summary>
    public string Rfc9068HeaderType => Version.Major >= 26 ? "at+jwt" : "JWT";

    /// <summary>24 calls a refresh token active when introspected; 26 does not.</summary>
    public bool IntrospectionKnowsRefreshTokens => Version.Major < 26;

    /// <summary>26 answers a wrong password with 400, as RFC 6749 says; 24 with 401.</summary>
    public int WrongPasswordStatus => Version.Major >= 26 ? 400 : 401;

    /// <summary>Where an admin logs a user out, 24 tells a client of one of the user's sessions, whichever; 26 of each.</summary>
    public bool LogoutOfUserTellsOfEverySession => Version.Major >= 26;

    /// <summary>The error of introspection with a wrong client secret.</summary>
    public string IntrospectionBadSecretError => Version.Major >= 26 ? "invalid_client" : "invalid_request";
}
