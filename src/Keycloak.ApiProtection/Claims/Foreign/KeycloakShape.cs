using System.Security.Claims;
using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Claims.Foreign;

/// <summary>
/// Changes the identities that JwtBearer and similar handlers create from a Keycloak token, so that they have the claims of this library's
/// identities.
/// </summary>
/// <remarks>
/// <para>
/// It replaces the string with all scopes by one claim for each scope. It adds role claims with the identity's own
/// <see cref="ClaimsIdentity.RoleClaimType"/> and, if the identity has no name, a name with its <see cref="ClaimsIdentity.NameClaimType"/>.
/// It renames no claims.
/// </para>
/// <para>
/// It changes only identities from an access token of a trusted realm (<see cref="RealmIssuer"/>). Identities from cookies, API keys and
/// tokens of other providers are not changed: their <c>realm_access</c> does not create roles. An identity of a realm that is not trusted
/// is marked, so that its rights are ignored.
/// </para>
/// </remarks>
internal static class KeycloakShape
{
    public static ClaimsPrincipal Apply(ClaimsPrincipal principal, KeycloakClaimsOptions options)
    {
        List<ClaimsIdentity>? shaped = null;
        var index = 0;
        foreach (var identity in principal.Identities)
        {
            if (identity is not KeycloakIdentity
                && RealmIssuer.Of(identity) is { } issuer
                && Change.For(identity, issuer, options) is { } change)
            {
                // A principal of a derived class cannot be created again, so its identities are changed in place.
                if (principal.GetType() != typeof(ClaimsPrincipal))
                {
                    change.ApplyTo(identity);
                }
                else
                {
                    shaped ??= [.. principal.Identities];
                    shaped[index] = change.Applied(identity);
                }
            }

            index++;
        }

        return shaped is null ? principal : new ClaimsPrincipal(shaped);
    }

    /// <summary>The changes to one identity.</summary>
    private sealed class Change
    {
        private readonly List<Claim> _remove = [];
        private readonly List<Claim> _add = [];
        private string? _ownClient;
        private bool _reject;

        /// <summary>Null if nothing needs to be changed. So a second run has no effect.</summary>
        public static Change? For(ClaimsIdentity identity, string issuer, KeycloakClaimsOptions options)
        {
            var change = new Change();
            if (options.ValidIssuers.Count > 0 && !options.ValidIssuers.Contains(issuer))
            {
                change._reject = true;
                return change;
            }

            change.SplitScopes(identity);
            change.AddRoles(identity, options);
            change.AddName(identity);
            if (options.ClientId is { } client
                && identity.FindFirst(KeycloakClaimTypes.ResourceAccess) is not null
                && IdentityClaims.OwnClient(identity) != client)
            {
                change._ownClient = client;
            }

            return change._remove.Count == 0 && change._add.Count == 0 && change._ownClient is null ? null : change;
        }

        public ClaimsIdentity Applied(ClaimsIdentity identity)
        {
            // Clone keeps the authentication type, the name and role claim types, bootstrap context, label, actor and the order of claims.
            var clone = identity.Clone();
            var originals = identity.Claims.ToArray();
            var copies = clone.Claims.ToArray();
            for (var i = 0; i < originals.Length && i < copies.Length; i++)
            {
                var at = _remove.IndexOf(originals[i]);
                if (at >= 0)
                {
                    _remove[at] = copies[i];
                }
            }

            ApplyTo(clone);
            return clone;
        }

        public void ApplyTo(ClaimsIdentity identity)
        {
            _remove.ForEach(claim => identity.TryRemoveClaim(claim));
            identity.AddClaims(_add);
            if (_reject)
            {
                RealmIssuer.Reject(identity);
            }

            if (_ownClient is not null && identity.FindFirst(KeycloakClaimTypes.ResourceAccess) is { } access)
            {
                access.Properties[IdentityClaims.OwnClientProperty] = _ownClient;
            }
        }

        private void SplitScopes(ClaimsIdentity identity)
        {
            var scopes = identity.FindAll(KeycloakClaimTypes.Scope)
                .Where(claim => claim.Value.Contains(' ', StringComparison.Ordinal))
                .ToArray();
            foreach (var claim in scopes)
            {
                _remove.Add(claim);
                List<string>? names = null;
                ClaimJson.Scopes(claim.Value, ref names);
                names?.ForEach(name => Add(identity, KeycloakClaimTypes.Scope, name, claim));
            }
        }

        private void AddRoles(ClaimsIdentity identity, KeycloakClaimsOptions options)
        {
            List<string>? realm = null;
            IdentityClaims.RealmRoles(identity, ref realm);
            List<string>? flat = null;
            foreach (var type in options.RoleClaims)
            {
                IdentityClaims.Values(identity, type, ref flat);
            }

            NameSet ClientRoles(string client)
            {
                List<string>? roles = null;
                IdentityClaims.ClientRoles(identity, client, ref roles);
                return NameSet.Of(roles);
            }

            var source = identity.FindFirst(KeycloakClaimTypes.RealmAccess) ?? identity.FindFirst(KeycloakClaimTypes.ResourceAccess);
            foreach (var role in TokenRights.RoleClaims(NameSet.Of(realm), ClientRoles, flat, options))
            {
                Add(identity, identity.RoleClaimType, role, source);
            }
        }

        private void AddName(ClaimsIdentity identity)
        {
            if (identity.Name is null
                && (identity.FindFirst(KeycloakClaimTypes.PreferredUserName)
                    ?? identity.FindFirst(KeycloakClaimTypes.Subject)
                    ?? identity.FindFirst(ClaimTypes.NameIdentifier)) is { } name)
            {
                Add(identity, identity.NameClaimType, name.Value, name);
            }
        }

        private void Add(ClaimsIdentity identity, string type, string value, Claim? source)
        {
            if (identity.HasClaim(type, value) || _add.Exists(claim => claim.Type == type && claim.Value == value))
            {
                return;
            }

            _add.Add(new Claim(type, value, ClaimValueTypes.String, source?.Issuer, source?.OriginalIssuer));
        }
    }
}
