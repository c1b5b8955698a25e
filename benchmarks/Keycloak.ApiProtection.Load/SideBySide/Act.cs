using System.Collections.Immutable;
using Gateway.Realms;

namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>The actions after which a token must be rejected, with their names in the results.</summary>
internal static class Act
{
    public const string Logout = "logout";
    public const string Revocation = "revocation";

    public static ImmutableArray<string> All { get; } = [Logout, Revocation];

    /// <summary>Performs the action with a refresh token, and waits for Keycloak's response.</summary>
    public static Task DoAsync(string act, TokenEndpoint endpoint, string refreshToken) =>
        act == Logout ? endpoint.LogOutAsync(refreshToken) : endpoint.RevokeAsync(refreshToken);
}
