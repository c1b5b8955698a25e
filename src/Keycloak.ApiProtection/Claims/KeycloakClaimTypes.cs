namespace Keycloak.ApiProtection;

/// <summary>The claim types of a Keycloak access token in the <see cref="System.Security.Claims.ClaimsPrincipal"/>.</summary>
/// <remarks>They are equal to the names in the token (RFC 7519, OpenID Connect Core, and Keycloak's protocol mappers).</remarks>
public static class KeycloakClaimTypes
{
    /// <summary>The realm's issuer URL.</summary>
    public const string Issuer = "iss";

    /// <summary>The user's id. Absent in tokens without the client scope <c>basic</c> (Keycloak 25 and later).</summary>
    public const string Subject = "sub";

    /// <summary>An audience of the token: an API that it is intended for. One claim for each audience.</summary>
    public const string Audience = "aud";

    /// <summary>When the token expires, in seconds since 1970.</summary>
    public const string ExpiresAt = "exp";

    /// <summary>When the token was issued, in seconds since 1970.</summary>
    public const string IssuedAt = "iat";

    /// <summary>When the user logged in, in seconds since 1970; 0 if Keycloak does not know.</summary>
    public const string AuthenticationTime = "auth_time";

    /// <summary>The token's id.</summary>
    public const string TokenId = "jti";

    /// <summary>The kind of token: <c>Bearer</c> or <c>DPoP</c> for an access token.</summary>
    public const string TokenType = "typ";

    /// <summary>The client that the token was issued to.</summary>
    public const string AuthorizedParty = "azp";

    /// <summary>The client of a service account.</summary>
    public const string ClientId = "client_id";

    /// <summary>The id of the user session, an opaque value.</summary>
    public const string SessionId = "sid";

    /// <summary>The id of the user session in Keycloak before 25.</summary>
    public const string SessionState = "session_state";

    /// <summary>The authentication level of the user: a name from the realm's ACR to LoA mapping, or a number.</summary>
    public const string AuthenticationContextClass = "acr";

    /// <summary>A scope. One claim for each scope.</summary>
    public const string Scope = "scope";

    /// <summary>The realm roles, as JSON: <c>{"roles":["admin"]}</c>.</summary>
    public const string RealmAccess = "realm_access";

    /// <summary>The client roles, as JSON: <c>{"orders-api":{"roles":["writer"]}}</c>.</summary>
    public const string ResourceAccess = "resource_access";

    /// <summary>A group of the user. One claim for each group.</summary>
    public const string Groups = "groups";

    /// <summary>The user's organizations.</summary>
    public const string Organization = "organization";

    /// <summary>The user's login name.</summary>
    public const string PreferredUserName = "preferred_username";

    /// <summary>The user's email address.</summary>
    public const string Email = "email";

    /// <summary>
    /// The <see cref="System.Security.Claims.Claim.ValueType"/> of a claim whose value is JSON text (an object, or an array in an array).
    /// </summary>
    public const string JsonValueType = "JSON";
}
