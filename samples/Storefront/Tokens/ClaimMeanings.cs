using System.Collections.Frozen;

namespace Storefront.Tokens;

/// <summary>The claims of Keycloak's tokens in plain words.</summary>
internal static class ClaimMeanings
{
    private static readonly FrozenDictionary<string, string> Meanings = new Dictionary<string, string>
    {
        ["acr"] = "how strongly the user logged in",
        ["alg"] = "how it is signed",
        ["allowed-origins"] = "web origins of the client",
        ["at_hash"] = "hash of the access token given with it",
        ["aud"] = "for whom it is meant",
        ["aud_x"] = "audience of the access token",
        ["auth_time"] = "when the user logged in",
        ["azp"] = "the client it was given to",
        ["email"] = "the user's e-mail address",
        ["email_verified"] = "whether Keycloak has checked the address",
        ["exp"] = "not to be taken after this time",
        ["family_name"] = "family name",
        ["given_name"] = "given name",
        ["iat"] = "when it was made",
        ["iss"] = "the realm that made it",
        ["jti"] = "its own id",
        ["kid"] = "the key that signed it",
        ["name"] = "the user's full name",
        ["nbf"] = "not to be taken before this time",
        ["preferred_username"] = "the user's name in Keycloak",
        ["realm_access"] = "the user's roles in the realm",
        ["resource_access"] = "the user's roles in each API",
        ["scope"] = "what the user consented to",
        ["sid"] = "the session it lives and dies with",
        ["sub"] = "the user's id",
        ["typ"] = "the kind of token",
    }.ToFrozenDictionary();

    /// <summary>What a claim says; null where it is not known here.</summary>
    public static string? Of(string name) => Meanings.GetValueOrDefault(name);
}
