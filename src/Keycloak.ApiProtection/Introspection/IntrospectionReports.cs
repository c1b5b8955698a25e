using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Realms;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>Tells the log why Keycloak's answers do not count: each cause once until it is fixed. Bounded.</summary>
internal sealed class IntrospectionReports(string scheme, TimeProvider time, ILogger logger)
{
    private const int MostCauses = 32;

    private readonly Lock _gate = new();
    private readonly HashSet<(string Code, string Remedy)> _reported = [];
    private readonly RejectionCause _stale = new();
    private volatile bool _hasReported;

    /// <summary>Keycloak could not answer, or not so that it counts.</summary>
    public void Failed(RealmFailure failure)
    {
        lock (_gate)
        {
            if (_reported.Count >= MostCauses || !_reported.Add((failure.Code, failure.Remedy)))
            {
                return;
            }

            _hasReported = true;
        }

        if (failure.Code is "credentials" or "public_client" or "https" or "no-address")
        {
            logger.IntrospectionRejected(scheme, failure.Reason, failure.Remedy);
        }
        else
        {
            logger.IntrospectionFailed(scheme, failure.Reason, failure.Remedy);
        }
    }

    /// <summary>Keycloak answered.</summary>
    public void Succeeded()
    {
        if (!_hasReported)
        {
            return;
        }

        lock (_gate)
        {
            // An answer that does not fit its token says nothing about others.
            if (_reported.RemoveWhere(cause => cause.Code is not ("mismatch" or "kind" or IntrospectionFailures.OneToken)) == 0)
            {
                return;
            }

            _hasReported = _reported.Count > 0;
        }

        logger.IntrospectionRecovered(scheme);
    }

    /// <summary>An old answer let a token in (<c>AllowStaleFor</c>): once a minute.</summary>
    public void Stale(TimeSpan age)
    {
        if (_stale.Take(time, TimeSpan.FromMinutes(1), out var alike))
        {
            logger.StaleAnswerUsed(scheme, age, alike);
        }
    }

    /// <summary>The realm calls itself something else than the issuers of its tokens.</summary>
    public void OtherHost(string realm, string issuers) => logger.IntrospectedThroughOtherHost(scheme, realm, issuers);

    /// <summary>The client is none of the audiences.</summary>
    public void OutsideAudience(string client, string audiences) => logger.ClientOutsideAudience(scheme, client, audiences);

    /// <summary>Keycloak accepts who asks.</summary>
    public void Checked(string client) => logger.IntrospectionChecked(scheme, client);
}
