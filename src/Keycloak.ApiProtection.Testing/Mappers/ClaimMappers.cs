using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Diagnostics;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Tokens;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>All mapper types that the embedded realm supports. Other mappers are skipped with a debug message.</summary>
internal sealed class ClaimMappers(ILogger logger)
{
    private static readonly Dictionary<string, IClaimMapper> ByType = new IClaimMapper[]
    {
        new SubjectMapper(),
        new AudienceMapper(),
        new AudienceResolveMapper(),
        new RealmRoleMapper(),
        new ClientRoleMapper(),
        new UserAttributeMapper(),
        new UserPropertyMapper(),
        new FullNameMapper(),
        new AddressMapper(),
        new GroupMembershipMapper(),
        new OrganizationMembershipMapper(),
        new AcrMapper(),
        new SessionNoteMapper(),
        new AllowedOriginsMapper(),
        new HardcodedClaimMapper(),
    }.ToDictionary(mapper => mapper.Type, StringComparer.Ordinal);

    /// <summary>Runs every mapper that may write to the destination.</summary>
    public void Apply(TokenContext context, ClaimDestination destination, JsonObject claims)
    {
        foreach (var (settings, mapper) in Known(context).OrderBy(pair => pair.Mapper.Priority))
        {
            if (mapper.WritesTo(destination) && IsOn(settings, destination))
            {
                mapper.Map(settings, context, claims);
            }
        }
    }

    private IEnumerable<(ProtocolMapper Settings, IClaimMapper Mapper)> Known(TokenContext context)
    {
        foreach (var settings in context.Mappers)
        {
            if (ByType.TryGetValue(settings.Type, out var mapper))
            {
                yield return (settings, mapper);
            }
            else
            {
                logger.MapperIgnored(settings.Name, settings.Type);
            }
        }
    }

    private static bool IsOn(ProtocolMapper mapper, ClaimDestination destination) => destination switch
    {
        ClaimDestination.AccessToken => mapper.InAccessToken,
        ClaimDestination.LightweightAccessToken => mapper.InLightweightAccessToken,
        ClaimDestination.IdToken => mapper.InIdToken,
        ClaimDestination.UserInfo => mapper.InUserInfo,
        _ => mapper.InIntrospection,
    };
}
