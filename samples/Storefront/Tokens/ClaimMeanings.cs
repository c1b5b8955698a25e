using System.Collections.Frozen;

namespace Storefront.Tokens;

/// <summary>Short explanations of the claims of Keycloak's tokens.</summary>
internal static class ClaimMeanings
{
    private static readonly FrozenDictionary<string, string> Meanings = new Dictionary<string, string>
    {
        ["acr"] = "how strong the log-in was",
        ["alg"] = "the signature algorithm",
        ["allowed-origins"] = "web origins of the client",
        ["at_hash"] = "hash of the access token issued with it",
        ["aud"] = "the recipients it is for",
        ["aud_x"] = "audience of the access token",
        ["auth_time"] = "when the user logged in",
        ["azp"] = "the client it was issued to",
        ["email"] = "the user's e-mail address",
        ["email_verified"] = "whether Keycloak has verified the address",
        ["exp"] = "not valid after this time",
        ["family_name"] = "family name",
        ["given_name"] = "given name",
        ["iat"] = "when it was issued",
        ["iss"] = "the realm that issued it",
        ["jti"] = "its own id",
        ["kid"] = "the key that signed it",
        ["name"] = "the user's full name",
        ["nbf"] = "not valid before this time",
        ["preferred_username"] = "the user's name in Keycloak",
        ["realm_access"] = "the user's roles in the realm",
        ["resource_access"] = "the user's roles in each API",
        ["scope"] = "what the user consented to",
        ["sid"] = "the session it belongs to",
        ["sub"] = "the user's id",
        ["typ"] = "the kind of token",
    }.ToFrozenDictionary();

    /// <summary>The explanation of a claim; null if the claim is not in the list.</summary>
    public static string? Of(string name) => Meanings.GetValueOrDefault(name);
}
