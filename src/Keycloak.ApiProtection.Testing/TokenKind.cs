namespace Keycloak.ApiProtection.Testing;

/// <summary>The kinds of token that Keycloak issues. An API accepts only <see cref="Access"/>.</summary>
public enum TokenKind
{
    /// <summary>An access token: payload <c>typ</c> <c>Bearer</c>.</summary>
    Access,

    /// <summary>An ID token: payload <c>typ</c> <c>ID</c>. Its audience is the client.</summary>
    Id,

    /// <summary>A refresh token: payload <c>typ</c> <c>Refresh</c>, signed with HS512 and a key that is not in the JWK set.</summary>
    Refresh,

    /// <summary>An offline token: a refresh token without <c>exp</c>, payload <c>typ</c> <c>Offline</c>.</summary>
    Offline,

    /// <summary>A back-channel logout token: header <c>typ</c> <c>logout+jwt</c>, payload <c>typ</c> <c>Logout</c>.</summary>
    Logout,

    /// <summary>A registration access token: payload <c>typ</c> <c>RegistrationAccessToken</c>, HS512.</summary>
    RegistrationAccess,

    /// <summary>An initial access token: payload <c>typ</c> <c>InitialAccessToken</c>, HS512.</summary>
    InitialAccess,

    /// <summary>An action token, as Keycloak sends it by mail: payload <c>typ</c> <c>execute-actions</c>, HS512.</summary>
    Action,

    /// <summary>The identity cookie: payload <c>typ</c> <c>Serialized-ID</c>, HS512.</summary>
    SerializedId,
}
