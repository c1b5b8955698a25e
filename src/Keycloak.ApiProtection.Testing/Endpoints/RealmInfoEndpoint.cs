using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>The address of the realm itself: its name, its public key, and the addresses of its services.</summary>
internal sealed class RealmInfoEndpoint(Realm realm) : IRealmEndpoint
{
    public Task<Answer> AnswerAsync(EndpointRequest request)
    {
        if (!request.IsGet)
        {
            return Task.FromResult(Answer.MethodNotAllowed);
        }

        var key = realm.Keys.Active(realm.Export.DefaultAlgorithm).PublicKey;
        return Task.FromResult(Answer.Json(
            200,
            new JsonObject
            {
                ["realm"] = realm.Export.Name,
                ["public_key"] = key is null ? null : Convert.ToBase64String(key),
                ["token-service"] = request.Issuer + "/protocol/openid-connect",
                ["account-service"] = request.Issuer + "/account",
                ["tokens-not-before"] = realm.Sessions.NotBefore,
            },
            Answer.NoCache) with
        {
            ContentType = "application/json;charset=UTF-8",
        });
    }
}
